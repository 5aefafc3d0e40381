import type { Channels, Config } from '../config/model.ts';

const mounted = /^\/run\/secrets\/([\w.-]+)$/;

/** Names of the secrets with which messages are sent. */
export function notifySecrets(config: Config): readonly string[] {
  return unique([config.notify, ...Object.values(config.notify.teams)].flatMap(filesOf));
}

/** Names of the secrets that probes read: any option of theirs may name a file. */
export function probeSecrets(config: Config): readonly string[] {
  return unique(config.services.flatMap(({ probes }) => probes.flatMap(({ options }) => texts(options))));
}

/** What Compose must mount: every secret that the configuration names as `/run/secrets/NAME`. */
export function allSecrets(config: Config): readonly string[] {
  return [...new Set([...notifySecrets(config), ...probeSecrets(config)])].sort();
}

function filesOf({ slack, email }: Channels): readonly string[] {
  return [slack?.webhookUrlFile, email?.passwordFile].filter((path) => path !== undefined);
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => mounted.exec(path)?.[1] ?? []))].sort();
}

/** Every text in the options of a probe, whatever its protocol. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}
