import { domainToASCII } from 'node:url';
import type { z } from 'zod';
import type { ExporterTarget, ExporterTls, PasswordSource } from '../stack/exporters.ts';
import { asMap, asText, member } from './raw.ts';
import type { exporterOptions } from './schema.ts';
import { pieces, substitute, variablesIn } from './variables.ts';

export type ExporterOptions = z.output<typeof exporterOptions>;

/** What an exporter lacks: a key of `exporter` that nothing else in the service says. */
export type Lack = 'address' | 'username' | 'password_file' | 'status_url';

/**
 * What the exporter of a service asks: what `exporter` says, and for the rest what the first probe of that protocol says, as far as
 * no variable stands in it.
 * @param service the service as it is written, variables unresolved
 */
export function exporterTarget(
  kind: ExporterTarget['kind'],
  service: unknown,
  own: ExporterOptions,
): ExporterTarget | { readonly lacks: Lack } {
  const probed: Probed = kind === 'nginx' ? {} : probedServer(kind, service);
  const tls = tlsOf(own, probed);
  if (kind === 'nginx') {
    if (own.status_url === undefined) return { lacks: 'status_url' };
    return { kind, statusUrl: own.status_url, ...(tls && { tls }) };
  }
  const { host, port } = own.address ?? probed;
  if (host === undefined || port === undefined) return { lacks: 'address' };
  const username = own.username ?? probed.username;
  // The password of the probe is that of the user of the probe.
  const inherited = username === probed.username ? probed.password : undefined;
  const password = own.password_file === undefined ? inherited : { file: own.password_file };
  if (password === 'unknown') return { lacks: 'password_file' };
  const server = { host, port, ...(password && { password }), ...(tls && { tls }) };
  if (kind === 'redis') return { kind, ...server, ...(username !== undefined && { username }) };
  if (username === undefined) return { lacks: 'username' };
  return { kind, ...server, username, database: own.database ?? probed.database ?? 'postgres' };
}

interface Probed {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly username?: string;
  /** `unknown`: there is one, which is written out, and must not be written into another file. */
  readonly password?: PasswordSource | 'unknown';
  readonly tls?: ExporterTls;
}

const usualPort = { postgres: 5432, redis: 6379 } as const;

function probedServer(kind: 'postgres' | 'redis', service: unknown): Probed {
  const probe = Object.values(asMap(member(service, 'probes'))).find((one) => asText(member(one, kind)) !== undefined);
  const written = asText(member(probe, kind));
  if (written === undefined) return {};
  const { url, variableOf } = urlWithVariables(written.includes('://') ? written : `${kind}://${written}`);
  if (!url) return {};
  /** What stands there, unless a variable has a part in it. */
  const known = (text: string) => (text === '' || variableOf(text) !== undefined ? undefined : decoded(text));
  const named = known(url.hostname.replace(/^\[|\]$/g, ''));
  // Other letters than ASCII as DNS has them; an IPv6 address stays.
  const host = named === undefined ? undefined : domainToASCII(named) || named;
  const database = known(url.pathname.slice(1));
  const username = known(url.username) ?? withoutVariables(member(probe, 'username'));
  const password = passwordOf(asText(member(probe, 'password')), url.password, variableOf);
  const isTls = url.protocol === 'rediss:' || member(probe, 'tls') === true;
  const mode = url.searchParams.get('sslmode');
  const caFile = withoutVariables(member(probe, 'ca_file'));
  return {
    ...(host !== undefined && { host, port: Number(url.port) || usualPort[kind] }),
    ...(database !== undefined && { database }),
    ...(username !== undefined && { username }),
    ...(password && { password }),
    ...((isTls || mode === 'require' || mode === 'verify-full') && {
      tls: {
        verify: !(mode === 'require' && !isTls) && !['any', 'unchecked'].includes(String(member(probe, 'trust'))),
        ...(caFile !== undefined && { caFile }),
      },
    }),
  };
}

function passwordOf(
  option: string | undefined,
  inUrl: string,
  variableOf: (text: string) => string | undefined,
): Probed['password'] {
  if (option !== undefined) {
    const [piece, ...more] = pieces(option);
    return piece && 'variable' in piece && more.length === 0 ? { variable: piece.variable, inUrl: false } : 'unknown';
  }
  if (inUrl === '') return undefined;
  const variable = variableOf(inUrl);
  return variable ? { variable, inUrl: true } : 'unknown';
}

/** The URL with a mark for each variable. `variableOf` gives the name of the one that a part of it is; `''` where it is more than that. */
function urlWithVariables(written: string) {
  const names = variablesIn(written);
  const mark = (name: string) => `watchpost-variable-${names.indexOf(name)}-`;
  const text = pieces(written)
    .map((piece) => ('text' in piece ? piece.text : 'variable' in piece ? mark(piece.variable) : piece.wrong))
    .join('');
  const variableOf = (part: string) => {
    const name = names.find((one) => part === mark(one));
    return name ?? (names.some((one) => part.includes(mark(one))) ? '' : undefined);
  };
  return { url: URL.canParse(text) ? new URL(text) : undefined, variableOf };
}

function withoutVariables(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined || variablesIn(text).length > 0 ? undefined : substitute(text, () => undefined);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // No percent-encoded UTF-8: the probe's own fault, and told there.
    return undefined;
  }
}

/** `tls: false` says that there is none, whatever the probe does. */
function tlsOf(own: ExporterOptions, probed: Probed): ExporterTls | undefined {
  const isWanted =
    own.tls ??
    (probed.tls !== undefined || (own.status_url?.startsWith('https:') ?? false) || own.ca_file !== undefined);
  if (!isWanted) return undefined;
  const caFile = own.ca_file ?? probed.tls?.caFile;
  return {
    verify: own.trust === undefined ? (probed.tls?.verify ?? true) : own.trust === 'chain',
    ...(caFile !== undefined && { caFile }),
  };
}
