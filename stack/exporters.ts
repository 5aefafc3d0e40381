import type { ServiceKind } from './kinds.ts';
import type { ImageName } from './parts.ts';

/** Where a password comes from; it is never in a generated file. */
export type PasswordSource =
  /** A file that holds the password and nothing else. */
  | { readonly file: string }
  /** A variable of whoever starts the stack: the one of the probe. `inUrl` is one that stands in a URL, so it is percent-encoded. */
  | { readonly variable: string; readonly inUrl: boolean };

export interface ExporterTls {
  /** Whether the certificate must be right. */
  readonly verify: boolean;
  readonly caFile?: string;
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly password?: PasswordSource;
  /** Missing: without TLS. */
  readonly tls?: ExporterTls;
}

export interface PostgresTarget extends Server {
  readonly kind: 'postgres';
  readonly username: string;
  readonly database: string;
}

export interface RedisTarget extends Server {
  readonly kind: 'redis';
  readonly username?: string;
}

export interface NginxTarget {
  readonly kind: 'nginx';
  /** URL of its `stub_status` page. */
  readonly statusUrl: string;
  readonly tls?: ExporterTls;
}

/** What an exporter asks: one server, so each service of these kinds has an exporter of its own. */
export type ExporterTarget = PostgresTarget | RedisTarget | NginxTarget;
export type ExporterKind = ExporterTarget['kind'];

/** An exporter that the stack runs for a service. */
export interface Exporter {
  readonly service: string;
  readonly target: ExporterTarget;
}

/** Where each kind listens (the ports that everybody gives them), and what runs it. Of host and containers there is one: see `parts`. */
export const exporterKinds = {
  postgres: { port: 9187, title: 'postgres_exporter', image: 'postgres-exporter' },
  redis: { port: 9121, title: 'redis_exporter', image: 'redis-exporter' },
  nginx: { port: 9113, title: 'nginx-prometheus-exporter', image: 'nginx-exporter' },
} as const satisfies Record<ExporterKind, { port: number; title: string; image: ImageName }>;

/** All that the stack runs, one for each service that has its target. */
export function exportersOf(
  services: readonly { readonly name: string; readonly exporter?: ExporterTarget }[],
): readonly Exporter[] {
  return services.flatMap(({ name, exporter }) => (exporter ? [{ service: name, target: exporter }] : []));
}

/** Its name in Compose, on the network, and of its log. */
export function exporterName({ service, target }: Exporter): string {
  return `${target.kind}-exporter-${service}`;
}

/** The longest name that a service can have whose exporter's name is still that of a host. */
export function longestServiceName(kind: ExporterKind): number {
  return 63 - `${kind}-exporter-`.length;
}

/** The systemd units that the node_exporter of this stack tells of. */
export function hostUnits(
  services: readonly {
    readonly kind?: ServiceKind;
    readonly metrics?: string;
    readonly units?: readonly string[];
  }[],
): readonly string[] {
  return services.find(({ kind, metrics }) => kind === 'host' && metrics === undefined)?.units ?? [];
}
