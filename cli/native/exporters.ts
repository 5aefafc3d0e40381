import { exporterCommand, readingFiles } from '../../stack/exporter-command.ts';
import { type Exporter, type ExporterKind, exporterKinds, exporterName, exportersOf } from '../../stack/exporters.ts';
import type { Surroundings } from '../../stack/surroundings.ts';
import { portOwners } from './port-owner.ts';
import { findProgram } from './programs.ts';
import type { ChildCommand } from './supervisor.ts';

/** Names of the programs, the project's own and then Debian's, and how to get them there. */
const programs: Readonly<Record<ExporterKind, { readonly names: readonly string[]; readonly install: string }>> = {
  postgres: {
    names: ['postgres_exporter', 'prometheus-postgres-exporter'],
    install: 'apt-get install prometheus-postgres-exporter',
  },
  redis: {
    names: ['redis_exporter', 'prometheus-redis-exporter'],
    install: 'apt-get install prometheus-redis-exporter',
  },
  nginx: {
    names: ['nginx-prometheus-exporter', 'prometheus-nginx-exporter'],
    install: 'apt-get install prometheus-nginx-exporter',
  },
};

/** An exporter that runs as a child process. */
export interface NativeExporter {
  readonly exporter: Exporter;
  /** Absolute path. */
  readonly program: string;
  readonly port: number;
}

/** Those that can run here, each with a port that nobody has, and those whose program is missing. */
export function findExporters(
  services: Parameters<typeof exportersOf>[0],
  isWanted: (port: number) => boolean,
): {
  readonly running: readonly NativeExporter[];
  readonly missing: readonly { readonly exporter: Exporter; readonly install: string }[];
} {
  const running: NativeExporter[] = [];
  const missing: { exporter: Exporter; install: string }[] = [];
  for (const exporter of exportersOf(services)) {
    const { names, install } = programs[exporter.target.kind];
    const program = findProgram(names);
    if (program === undefined) {
      missing.push({ exporter, install });
      continue;
    }
    let { port }: { port: number } = exporterKinds[exporter.target.kind];
    while (isWanted(port) || running.some((other) => other.port === port) || portOwners([port]).length > 0) port += 1;
    running.push({ exporter, program, port });
  }
  return { running, missing };
}

/** As the table and what is said of it name it: `postgres_exporter (orders)`. */
export function sayExporter({ service, target }: Exporter): string {
  return `${exporterKinds[target.kind].title} (${service})`;
}

/** How its process is started. A variable is one of ours: that it is set was checked with the configuration. */
export function childOf(
  { exporter, program, port }: NativeExporter,
  surroundings: Surroundings,
  env: Readonly<Record<string, string | undefined>>,
): Pick<ChildCommand, 'program' | 'args' | 'env'> {
  const command = exporterCommand(exporter, `127.0.0.1:${port}`, surroundings);
  const made = Object.entries(command.fromVariables).map(([name, pieces]) => [
    name,
    pieces.map((piece) => (typeof piece === 'string' ? piece : (env[piece.variable] ?? ''))).join(''),
  ]);
  const environment = { ...command.env, ...Object.fromEntries(made) };
  if (Object.keys(command.fromFiles).length === 0) return { program, args: command.args, env: environment };
  return {
    program: '/bin/sh',
    args: ['-c', readingFiles(command.fromFiles), program, ...command.args],
    env: environment,
  };
}

/** The ports by name, for whoever must know where they are. */
export function portsOf(exporters: readonly NativeExporter[]): ReadonlyMap<string, number> {
  return new Map(exporters.map(({ exporter, port }) => [exporterName(exporter), port]));
}
