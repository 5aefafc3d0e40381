import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { isPrivateHost, ownAddressKind } from '../../../stack/private-host.ts';
import { redactUrl, type Secret } from '../../../stack/secret.ts';
import type { Address } from '../../model.ts';
import { Failure } from '../../net/failure.ts';
import type { httpOptions } from './options.ts';

type Options = z.output<typeof httpOptions>;

/** As `curl -L` and browsers do within reason, and blackbox_exporter too. */
const usualRedirects = 10;

/** A host as the URL standard writes it, without brackets and final dot; undefined where it is none. */
function hostOf(text: string): string | undefined {
  const name = /^\[.+\]$/.test(text) ? text.slice(1, -1) : text;
  if (isIP(name) === 6) return new URL(`http://[${name}]/`).hostname.slice(1, -1);
  return /[\s:/?#@[\]\\%]/.test(name) ? undefined : domainToASCII(name.replace(/\.$/, '')) || undefined;
}

const hostsSchema = z.union([z.string(), z.array(z.string()).min(1)]).transform((texts, context) =>
  [texts].flat().map((text, i) => {
    const host = hostOf(text);
    if (host !== undefined) return host;
    const message = 'expected a host such as sso.example.org or 10.0.0.5, without scheme and port';
    context.addIssue({ code: 'custom', message, path: typeof texts === 'string' ? [] : [i] });
    return z.NEVER;
  }),
);

export const redirectOptions = {
  redirects: z
    .int()
    .min(0)
    .max(20)
    .optional()
    .describe(
      'How many redirects to follow, with the cookies that are set on the way. 0: a redirect is the answer. Default: 10 for GET and HEAD, and 0 for other methods, where `expect.status` can only be met by a redirect, and where `expect.headers` or `expect.not_headers` names `location`.',
    ),
  redirects_to: hostsSchema
    .optional()
    .describe(
      'Hosts with a loopback, link-local or private address that a redirect from a public name may lead to: [sso.example.org, 10.0.0.5]. To any other it is a fail.',
    ),
};

/** How many redirects are followed: as many as the probe says, else the usual ones, unless it is about the redirect itself. */
export function redirectLimit({ redirects, method, expect }: Options): number {
  if (redirects !== undefined) return redirects;
  if (method !== 'GET' && method !== 'HEAD') return 0;
  const { status, headers, not_headers: forbidden = {} } = expect;
  const wantsRedirect = Array.isArray(status) ? status.every(isRedirectStatus) : isRedirectStatus(status);
  return wantsRedirect || namesLocation(headers) || namesLocation(forbidden) ? 0 : usualRedirects;
}

function isRedirectStatus(status: number | string): boolean {
  return String(status).startsWith('3');
}

function namesLocation(headers: Readonly<Record<string, unknown>>): boolean {
  for (const name in headers) if (name.toLowerCase() === 'location') return true;
  return false;
}

/** A request of the chain. */
export interface Hop {
  readonly url: URL;
  readonly method: Options['method'];
  readonly body?: Secret;
  /** A redirect made a GET of it: what the file says of the body is true of none any more. */
  readonly hasLostBody?: true;
}

/** A redirect that was followed, in words that hold no secret. */
export interface Followed {
  readonly status: number;
  readonly to: string;
}

const redirect: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where the answer redirects to; undefined where it does not. */
export function redirectOf(answer: { readonly status: number; readonly location?: string }): string | undefined {
  return redirect.has(answer.status) ? answer.location : undefined;
}

/** The request that a redirect asks for. Throws a `Failure` where it must not be made. */
export function nextHop(hop: Hop, status: number, location: string, start: URL): Hop {
  const expected = 'a redirect to an http or https address';
  const url = URL.canParse(location, hop.url.href) ? new URL(location, hop.url.href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Failure('protocol', 'a redirect to something else', expected);
  const isSafe = hop.method === 'GET' || hop.method === 'HEAD';
  // RFC 9110, section 15.4: 303 is fetched by GET, and by custom so are 301 and 302 after a POST.
  if (status === 303 || (status < 303 && hop.method === 'POST')) {
    return { url, method: hop.method === 'HEAD' ? 'HEAD' : 'GET', hasLostBody: true };
  }
  if (url.origin !== start.origin && (!isSafe || hop.body !== undefined)) {
    // It may change something there, its body may be a secret, and without either this would be another request.
    const what = hop.body === undefined ? hop.method : 'the request body';
    throw new Failure('protocol', `a redirect of ${what} to ${url.host}`, `a redirect within ${start.host}`);
  }
  return { ...hop, url };
}

export function followed(status: number, { url }: Hop): Followed {
  return { status, to: redactUrl(url.href) };
}

/** `302 to https://shop.example.org/login, 301 to …`. */
export function chainWords(chain: readonly Followed[]): string {
  return chain.map(({ status, to }) => `${status} to ${to}`).join(', ');
}

/** Who redirects. */
export interface Redirector {
  readonly url: URL;
  /** The address that was dialled; undefined where a proxy dialled it. */
  readonly address: string | undefined;
}

/** Chooses from the addresses of a host those that may be dialled. Throws a `Failure` where there is none. */
export type AddressGuard = {
  (addresses: readonly Address[]): readonly Address[];
  /** The same by the host alone, where a proxy knows the addresses. */
  readonly byName: () => void;
};

/**
 * What stands between a redirect of a public name and the own network (docs/decisions/0055): a target that was taken over must not
 * make the prober ask what only the prober can reach. Undefined where the redirect may lead anywhere.
 */
export function guardRedirect(
  from: Redirector,
  to: URL,
  start: URL,
  { redirects_to: listed = [] }: Options,
): AddressGuard | undefined {
  const [host, source] = [hostOf(to.hostname) ?? to.hostname, hostOf(from.url.hostname) ?? from.url.hostname];
  if (isPrivateHost(source) || host === hostOf(start.hostname) || listed.includes(host)) return undefined;
  // A name of the own network, resolved by its own name server, leads within that network as it does for everybody there.
  const isInside = from.address !== undefined && ownAddressKind(from.address) === 'private';
  const refusal = (what: string) =>
    new Failure(
      'redirect_private',
      `a redirect from ${source} to ${what}`,
      'a redirect to a public address, or to a host that redirects_to lists',
    );
  const isOpen = ({ address }: Address) => {
    const kind = ownAddressKind(address);
    return kind === undefined || (isInside && kind === 'private') || listed.includes(address);
  };
  const guard = (addresses: readonly Address[]) => {
    const open = addresses.filter(isOpen);
    const [first] = addresses;
    if (open.length > 0 || !first) return open;
    const which = first.address === host ? host : `${host}, which is ${first.address}`;
    throw refusal(`${which}, a ${ownAddressKind(first.address)} address`);
  };
  const byName = () => {
    const family = isIP(host);
    if (family === 4 || family === 6) guard([{ address: host, family }]);
    else if (isPrivateHost(host)) throw refusal(`${host}, a private name`);
  };
  return Object.assign(guard, { byName });
}
