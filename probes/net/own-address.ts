import { BlockList, isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/**
 * Whether a host is this one: an address of its own, loopback, or its name. A connection to it does not pass the firewall
 * that a stranger meets.
 */
export function isOwnAddress(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return /^(?:.*\.)?localhost\.?$/i.test(host) || host.toLowerCase() === hostname().toLowerCase();
  const type = family === 6 ? 'ipv6' : 'ipv4';
  // Through the list, because an IPv6 address can be written in many ways.
  return ownAddresses().check(host, type);
}

/** Whether this host speaks IPv6 with others: an interface beside loopback has an address of it. */
export function hasIpv6(interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): boolean {
  return Object.values(interfaces).some((addresses) =>
    addresses?.some((one) => one.family === 'IPv6' && !one.internal),
  );
}

function ownAddresses(): BlockList {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8, 'ipv4');
  own.addAddress('0.0.0.0', 'ipv4');
  own.addAddress('::1', 'ipv6');
  own.addAddress('::', 'ipv6');
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])) {
    own.addAddress(address.replace(/%.*/, ''), family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return own;
}
