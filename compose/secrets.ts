import type { Channels, Config } from '../config/model.ts';
import { type Exporter, exportersOf } from '../stack/exporters.ts';

const mounted = /^\/run\/secrets\/([\w.-]+)$/;

/** Names of the secrets with which messages are sent. */
export function notifySecrets(config: Config): readonly string[] {
  return unique([config.notify, ...Object.values(config.notify.teams)].flatMap(filesOf));
}

/** Names of the secrets that probes read: any option of theirs may name a file. */
function probeSecrets(config: Config): readonly string[] {
  return unique(config.services.flatMap(({ probes }) => probes.flatMap(({ options }) => texts(options))));
}

/** Names of the secrets that an exporter, or the shell before it, reads. */
export function exporterSecrets({ target }: Exporter): readonly string[] {
  return unique(texts(target));
}

/** Names of the secrets that the probe service reads, and no exporter's. */
export function probeServiceSecrets(config: Config): readonly string[] {
  const { heartbeatUrlFile, deployTokenFile, otlp } = config;
  const own = unique([heartbeatUrlFile, deployTokenFile, otlp?.headersFile].filter((path) => path !== undefined));
  return [...new Set([...notifySecrets(config), ...probeSecrets(config), ...own])].sort();
}

/** Names of the secrets that the log store reads. */
export function lokiSecrets({ s3 }: Config): readonly string[] {
  return unique(s3?.credentialsFile === undefined ? [] : [s3.credentialsFile]);
}

/** What Compose must mount: every secret that the configuration names as `/run/secrets/NAME`. */
export function allSecrets(config: Config): readonly string[] {
  const exporters = exportersOf(config.services).flatMap(exporterSecrets);
  return [...new Set([...probeServiceSecrets(config), ...exporters, ...lokiSecrets(config)])].sort();
}

function filesOf({ slack, email }: Channels): readonly string[] {
  return [slack?.webhookUrlFile, email?.passwordFile].filter((path) => path !== undefined);
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => mounted.exec(path)?.[1] ?? []))].sort();
}

/** Every text in the options of a probe or an exporter, whatever its protocol. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}
