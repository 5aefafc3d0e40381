import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Config, Channels as ConfiguredChannels, ProbeConfig, ServiceConfig } from '../config/model.ts';
import type { Plan, PlannedProbe, Run, TracePlan } from '../probes/model.ts';
import type { Channels } from '../probes/pager/channels.ts';
import { probers } from '../probes/probers/index.ts';
import type { Prober } from '../probes/probers/prober.ts';
import { Secret } from '../stack/secret.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { sayPath } from './checkout.ts';
import { sayFileFault } from './say-file-fault.ts';
import { UserError } from './user-error.ts';

/**
 * What the probe service needs of a configuration that was read in mode `run`: probes bound to their probers.
 * @param location one of those that the configuration names; elsewhere than at its own only what can be seen from there is probed
 */
export function planFromConfig(
  config: Config,
  surroundings: Pick<Surroundings, 'reach' | 'secret'>,
  location = config.location,
): Plan {
  const { stack, environment, urls, services, notify, locations, heartbeatUrlFile, deployTokenFile, otlp } = config;
  const isHere = ({ kind }: ProbeConfig) => location === config.location || !findProber(kind).atOnePlace;
  return {
    hash: configHash(config),
    stack,
    environment,
    location,
    urls,
    probes: services.flatMap((service) =>
      service.probes.filter(isHere).map((probe) => plannedProbe(probe, surroundings, service, locations.length > 0)),
    ),
    references: config.references,
    maintenance: config.maintenance,
    dependencies: new Map(services.map(({ name, dependsOn }) => [name, dependsOn])),
    ...(heartbeatUrlFile !== undefined && { heartbeatUrl: () => readSecret(surroundings.secret(heartbeatUrlFile)) }),
    ...(deployTokenFile !== undefined && { deployToken: readToken(surroundings.secret(deployTokenFile)) }),
    ...(otlp && { traces: tracePlan(otlp, surroundings) }),
    notify: {
      default: channels(notify, surroundings),
      teams: Object.fromEntries(Object.entries(notify.teams).map(([team, own]) => [team, channels(own, surroundings)])),
    },
  };
}

function tracePlan(
  { traces, sample, headersFile }: NonNullable<Config['otlp']>,
  { reach, secret }: Pick<Surroundings, 'reach' | 'secret'>,
): TracePlan {
  const url = new URL(traces);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const path = url.pathname.replace(/\/$/, '');
  return {
    url: `${url.protocol}//${reach(`${url.hostname}:${port}`)}${path}`,
    sample,
    ...(headersFile !== undefined && { headers: async () => readHeaders(await readSecret(secret(headersFile))) }),
  };
}

/** `Name: value`, one a line. */
function readHeaders(text: Secret): Record<string, string> {
  const lines = text
    .reveal()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line, i) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined)
        throw new Error(
          `line ${i + 1} of otlp.headers_file is no header, expected such as Authorization: Bearer TOKEN`,
        );
      return [name, value.trim()];
    }),
  );
}

/** SHA-256 of the text, hex: what tells one configuration from the next, in metrics and in tables. */
export function configHash(config: Pick<Config, 'source'>): string {
  return createHash('sha256').update(config.source).digest('hex');
}

function plannedProbe(
  probe: ProbeConfig,
  { secret }: Pick<Surroundings, 'secret'>,
  { team, labels, slo }: ServiceConfig,
  several: boolean,
): PlannedProbe {
  const { name, kind, everyMs, timeoutMs, confirm, recover, severity } = probe;
  const bound = findProber(kind);
  const tokenFile = bound.tokenFile(probe.options);
  // At every run the same object: what is made of it is kept.
  const { variables } = probe;
  const knowing = (run: Run): Run => (variables ? { ...run, variables } : run);
  return {
    service: probe.service,
    probe: name,
    kind,
    fingerprint: fingerprintOf(probe),
    target: bound.target(probe.options),
    endpoints: bound.endpoints(probe.options),
    everyMs,
    timeoutMs,
    confirm,
    recover,
    severity,
    team,
    labels,
    ...(slo?.availability !== undefined && { hasAvailability: true }),
    ...(slo?.latency && !bound.atOnePlace && { fastWithinMs: slo.latency.belowMs }),
    run: (run) => bound.probe(probe.options, knowing(run)),
    variants: bound.variants(probe.options).map((variant) => ({ ...variant, run: (run) => variant.run(knowing(run)) })),
    byQuorum: several && !bound.atOnePlace,
    awaitsBeats: bound.awaitsBeats,
    ...(bound.postOnly(probe.options) && { beatsByPostOnly: true }),
    ...(tokenFile !== undefined && { token: readToken(secret(tokenFile)) }),
  };
}

/** At once, since a job may report at any moment: a file that cannot be used is a fault of the configuration. */
function readToken(path: string): Secret {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new UserError(`cannot read the token file ${sayPath(path)}: ${sayFileFault(error)}`, { cause: error });
  }
  if (/^[A-Za-z0-9_-]{16,128}$/.test(token)) return new Secret(token);
  throw new UserError(`the token file ${sayPath(path)} holds no token: expected 16 to 128 letters, digits, - and _`);
}

/** Hashed, because what it is made of may be secret. */
function fingerprintOf({ kind, options, variables }: ProbeConfig): string {
  // What is shown of a text in `expect` depends on where it comes from.
  const secret = variables?.inExpect ?? [];
  return createHash('sha256')
    .update(JSON.stringify(secret.length > 0 ? [kind, options, secret] : [kind, options], tellApart))
    .digest('hex');
}

/** For `JSON.stringify`, which would print any two secrets alike, and any two patterns. */
function tellApart(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const original = this[key];
  if (original instanceof Secret) return original.reveal();
  return original instanceof RegExp ? String(original) : value;
}

/** A prober whose arguments are the options of a probe as the configuration holds them. */
export interface BoundProber {
  readonly awaitsBeats: boolean;
  readonly atOnePlace: boolean;
  tokenFile(options: unknown): string | undefined;
  postOnly(options: unknown): boolean;
  target(options: unknown): string;
  endpoints(options: unknown): readonly { readonly host: string; readonly port: number }[];
  variants(options: unknown): PlannedProbe['variants'];
  /** What the probe gives up, for people. */
  warnings(options: unknown): readonly string[];
  probe(options: unknown, run: Parameters<PlannedProbe['run']>[0]): ReturnType<PlannedProbe['run']>;
}

export function findProber(kind: string): BoundProber {
  const prober = (probers as readonly Prober[]).find((known) => known.kind === kind);
  if (!prober) throw new Error(`no prober of kind "${kind}"; known: ${probers.map((known) => known.kind).join(', ')}`);
  return {
    awaitsBeats: prober.awaitsBeats ?? false,
    atOnePlace: prober.atOnePlace ?? false,
    tokenFile: (options) => prober.tokenFile?.(parsed(options).value),
    postOnly: (options) => prober.postOnly?.(parsed(options).value) ?? false,
    target: (options) => prober.target(parsed(options).value),
    endpoints: (options) => prober.endpoints(parsed(options).value, parsed(options).options),
    variants: (options) => {
      const { value, options: own } = parsed(options);
      return (prober.variants?.(value, own) ?? []).map((variant) => ({
        name: variant.name,
        run: (run) => prober.probe(value, variant.options, run),
      }));
    },
    warnings: (options) => prober.warnings?.(parsed(options).value, parsed(options).options) ?? [],
    probe: (options, run) => prober.probe(parsed(options).value, parsed(options).options, run),
  };
}

/** `options` is what this prober's own two schemas made, which the configuration keeps without knowing the types. */
function parsed(options: unknown): { readonly value: unknown; readonly options: Record<string, unknown> } {
  return options as { value: unknown; options: Record<string, unknown> };
}

function channels(
  { slack, email }: ConfiguredChannels,
  { reach, secret }: Pick<Surroundings, 'reach' | 'secret'>,
): Channels {
  return {
    ...(slack && {
      slack: {
        webhookUrl: () => readSecret(secret(slack.webhookUrlFile)),
        ...(slack.channel !== undefined && { channel: slack.channel }),
      },
    }),
    ...(email && {
      email: {
        to: email.to,
        from: email.from,
        ...hostAndPort(reach(`${email.smarthost.host}:${email.smarthost.port}`)),
        requireTls: email.requireTls,
        ...(email.username !== undefined && { username: email.username }),
        ...passwordOf(email.passwordFile, secret),
      },
    }),
  };
}

function passwordOf(file: string | undefined, secret: Surroundings['secret']) {
  return file === undefined ? {} : { password: () => readSecret(secret(file)) };
}

function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Read when it is needed, so that a rotated secret needs no reload. A trailing newline is no part of it. */
async function readSecret(path: string): Promise<Secret> {
  try {
    return new Secret((await readFile(path, 'utf8')).trim());
  } catch (error) {
    throw new Error(`cannot read the secret file ${sayPath(path)}: ${sayFileFault(error)}`, { cause: error });
  }
}
