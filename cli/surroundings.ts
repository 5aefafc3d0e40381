import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../config/model.ts';
import { exporterKinds, exporterName } from '../stack/exporters.ts';
import type { ServiceKind } from '../stack/kinds.ts';
import { type Part, partNames, parts } from '../stack/parts.ts';
import type { GeneratedFolder, Surroundings } from '../stack/surroundings.ts';
import { findProber } from './plan-from-config.ts';

/** As the containers see it: parts have names, folders are mounted. */
export function composeSurroundings(config: Config): Surroundings {
  const wanted = wantedParts(config);
  return {
    target: 'compose',
    address: (part) => `${part}:${parts[part].port}`,
    reach: (hostPort) => hostPort,
    folder: composeFolder,
    data: (part) => composeData[part] ?? `/var/lib/${part}`,
    secret: (path) => path,
    exporter: (exporter) => `${exporterName(exporter)}:${exporterKinds[exporter.target.kind].port}`,
    has: (part) => wanted.has(part),
  };
}

/** Where a container finds what was generated into `<folder>/generated`. */
export function composeFolder(folder: GeneratedFolder): string {
  return `/etc/watchpost/${folder}`;
}

/** The official images' own folders; a named volume is mounted there. */
const composeData: Readonly<Partial<Record<Part, string>>> = {
  prometheus: '/prometheus',
  alertmanager: '/alertmanager',
  loki: '/loki',
  grafana: '/var/lib/grafana',
  alloy: '/var/lib/alloy/data',
  mailpit: '/data',
};

export interface NativeOptions {
  readonly config: Pick<Config, 'file'>;
  /** The data folder: state and logs of every part. */
  readonly data: string;
  /** The folder that holds what was generated. */
  readonly out: string;
  /** The parts that run. */
  readonly present: ReadonlySet<Part>;
  /** The ports of the exporters that run, by name. */
  readonly exporters?: ReadonlyMap<string, number>;
  /** Ports other than the usual ones. */
  readonly ports?: Readonly<Partial<Record<Part, number>>>;
}

/** As the host sees it: everything on 127.0.0.1, paths are the host's. */
export function nativeSurroundings(options: NativeOptions): Surroundings {
  const { config, data, out, present, exporters, ports = {} } = options;
  const port = (part: Part) => ports[part] ?? parts[part].port;
  return {
    target: 'native',
    address: (part) => `127.0.0.1:${port(part)}`,
    reach: (hostPort) => {
      const part = partNames.find((name) => hostPort.startsWith(`${name}:`));
      if (!part) return hostPort;
      const wanted = Number(hostPort.slice(part.length + 1));
      return `127.0.0.1:${wanted === parts[part].port ? port(part) : wanted}`;
    },
    folder: (folder: GeneratedFolder) => join(resolve(out), folder, 'generated'),
    data: (part) => join(resolve(data), part),
    secret: (path) => nativeSecret(path, config.file),
    exporter: (exporter) => {
      const at = exporters?.get(exporterName(exporter));
      return at === undefined ? undefined : `127.0.0.1:${at}`;
    },
    has: (part) => present.has(part),
  };
}

/**
 * Natively a secret that the file expects where Compose mounts it, `/run/secrets/NAME`, lies in the `secrets` folder
 * beside that file, from which Compose would take it; unless the host really has it under `/run/secrets`.
 */
export function nativeSecret(path: string, configFile: string): string {
  const folder = dirname(resolve(configFile));
  if (dirname(path) !== '/run/secrets') return resolve(folder, path);
  return existsSync(path) ? path : join(folder, 'secrets', basename(path));
}

/** The parts that this configuration asks for: all but the demo's own, which it must name, and those that a kind brings. */
export function wantedParts(config: Config): ReadonlySet<Part> {
  return new Set(
    partNames.filter((part) => {
      if (part === 'demo') return namesDemo(config);
      if (part === 'mailpit') return emails(config).some((email) => email.smarthost.host === 'mailpit');
      if (part === 'node-exporter') return isHere(config, 'host');
      if (part === 'cadvisor') return isHere(config, 'containers');
      return true;
    }),
  );
}

/** Whether this machine is watched as that; another one has an exporter of its own. */
function isHere({ services }: Config, kind: ServiceKind): boolean {
  return services.some((service) => service.kind === kind && service.metrics === undefined);
}

function emails(config: Config) {
  return [config.notify, ...Object.values(config.notify.teams)].flatMap(({ email }) => (email ? [email] : []));
}

function namesDemo(config: Config): boolean {
  return config.services.some(
    ({ metrics, probes }) =>
      (metrics && new URL(metrics).hostname === 'demo') ||
      probes.some((probe) =>
        findProber(probe.kind)
          .endpoints(probe.options)
          .some(({ host }) => host === 'demo'),
      ),
  );
}
