import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** A host and a port, as in `db.example.org:5432` or `[2001:db8::1]:443`. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Undefined when `text` is no host and port. An IPv6 address stands in brackets. A name in other letters than ASCII becomes
 * the ASCII name that DNS and certificates have (`bücher.example`: `xn--bcher-kva.example`), as in a URL; a final dot stays,
 * for it says that the name is whole.
 */
export function parseHostPort(text: string): HostPort | undefined {
  const [, v6, name = '', digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65_535)) return undefined;
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port } : undefined;
  const host = toAsciiName(name);
  if (!/^(?=[^.])(?:[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.(?!$)|\.?$))+$/.test(host)) return undefined;
  // Four numbers are an address or a mistake, never a name.
  return /^[\d.]+$/.test(host) && !isIPv4(host) ? undefined : { host, port };
}

/** A host name as DNS has it; an empty text where it is none. A name that is ASCII already stays as it was written. */
export function toAsciiName(name: string): string {
  if (isAscii.test(name)) return name;
  // `domainToASCII` leaves out what stands behind a `/`, as a URL does.
  return hasOtherSigns.test(name) ? '' : domainToASCII(name);
}

const isAscii = /^[\0-\x7f]*$/;
const hasOtherSigns = /[^\w.\u0080-\uffff-]/;

/** Without the dot that says that a name is whole: TLS and certificates have none (RFC 6066, section 3). */
export function withoutFinalDot(name: string): string {
  return name.replace(/\.$/, '');
}

/**
 * The host of a URL; undefined where it is none. A URL of a scheme that browsers do not know (`redis:`, `postgres:`) has other
 * letters than ASCII percent-encoded. Throws a `URIError` where they are no UTF-8.
 */
export function hostOfUrl({ hostname }: URL): string | undefined {
  return parseHostPort(`${decodeURIComponent(hostname)}:1`)?.host;
}

export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
