import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../config/model.ts';
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
  /** Ports other than the usual ones. */
  readonly ports?: Readonly<Partial<Record<Part, number>>>;
}

/** As the host sees it: everything on 127.0.0.1, paths are the host's. */
export function nativeSurroundings({ config, data, out, present, ports = {} }: NativeOptions): Surroundings {
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

/** The parts that this configuration asks for: all but the demo's own, which it must name. */
export function wantedParts(config: Config): ReadonlySet<Part> {
  return new Set(
    partNames.filter((part) => {
      if (part === 'demo') return namesDemo(config);
      if (part === 'mailpit') return emails(config).some((email) => email.smarthost.host === 'mailpit');
      return true;
    }),
  );
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
