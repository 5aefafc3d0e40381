import { isIPv4, isIPv6 } from 'node:net';

/** A host and a port, as in `db.example.org:5432` or `[2001:db8::1]:443`. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Undefined when `text` is no host and port. An IPv6 address stands in brackets. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return undefined;
  const [, v6, name = ''] = match;
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port } : undefined;
  // Four numbers are an address or a mistake, never a name.
  return /^[\d.]+$/.test(name) && !isIPv4(name) ? undefined : { host: name, port };
}

export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
