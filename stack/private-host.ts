import { BlockList, isIP } from 'node:net';

/** What an address that is not on the public internet is: one of this host, of its link, or of a private network. */
export type OwnAddressKind = 'loopback' | 'link-local' | 'private';

const blocks: readonly (readonly [kind: OwnAddressKind, nets: BlockList])[] = [
  // The unspecified address leads to this host as well.
  ['loopback', blockList(['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128'])],
  ['link-local', blockList(['169.254.0.0/16', 'fe80::/10'])],
  ['private', blockList(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'])],
];

function blockList(nets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', prefix] = net.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Undefined for an address of the public internet, and for what is no address. An IPv4 address may be written as IPv6. */
export function ownAddressKind(address: string): OwnAddressKind | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return blocks.find(([, nets]) => nets.check(address, version === 6 ? 'ipv6' : 'ipv4'))?.[0];
}

/**
 * Whether a host is surely not on the public internet: a loopback or private address, a name of one word (a container,
 * a machine of the own network) or one under a domain that is reserved for such use (RFC 6761, 6762, 8375, ICANN's `.internal`).
 */
export function isPrivateHost(host: string): boolean {
  if (isIP(host) !== 0) return ownAddressKind(host) !== undefined;
  const name = host.replace(/\.$/, '');
  return !name.includes('.') || /\.(?:localhost|local|internal|home\.arpa|test)$/i.test(name);
}
