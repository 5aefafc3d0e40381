import { BlockList, isIP } from 'node:net';

const blocks = new BlockList();
for (const [net, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  blocks.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  blocks.addSubnet(net, prefix, 'ipv6');
}

/**
 * Whether a host is surely not on the public internet: a loopback or private address, a name of one word (a container,
 * a machine of the own network) or one under a domain that is reserved for such use (RFC 6761, 6762, 8375, ICANN's `.internal`).
 */
export function isPrivateHost(host: string): boolean {
  const version = isIP(host);
  if (version !== 0) return blocks.check(host, version === 6 ? 'ipv6' : 'ipv4');
  return !host.includes('.') || /\.(?:localhost|local|internal|home\.arpa|test)$/i.test(host);
}
