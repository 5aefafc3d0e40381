import { expect, test } from 'vitest';
import { isPrivateHost, ownAddressKind } from './private-host.ts';

test.each([
  { name: 'loopback', host: '127.0.0.53', isPrivate: true },
  { name: 'IPv6 loopback', host: '::1', isPrivate: true },
  { name: 'a private network', host: '172.31.255.255', isPrivate: true },
  { name: 'the address behind a private network', host: '172.32.0.0', isPrivate: false },
  { name: 'a unique local address', host: 'fd00::1', isPrivate: true },
  { name: 'a private address written as IPv6', host: '::ffff:10.0.0.1', isPrivate: true },
  { name: 'a public address written as IPv6', host: '::ffff:192.0.2.1', isPrivate: false },
  { name: 'a public address', host: '192.0.2.1', isPrivate: false },
  { name: 'a public IPv6 address', host: '2001:db8::1', isPrivate: false },
  { name: 'the address that means this host', host: '0.0.0.0', isPrivate: true },
  { name: 'the IPv6 address that means this host', host: '::', isPrivate: true },
  { name: 'a link-local address', host: '169.254.169.254', isPrivate: true },
  { name: 'an IPv6 link-local address', host: 'fe80::1', isPrivate: true },
  { name: 'this host with a final dot', host: 'localhost.', isPrivate: true },
  { name: 'a private name with a final dot', host: 'db.internal.', isPrivate: true },
  { name: 'a container', host: 'mailpit', isPrivate: true },
  { name: 'the host of a container', host: 'host.docker.internal', isPrivate: true },
  { name: 'a public name', host: 'smtp.example.org', isPrivate: false },
  { name: 'a public name that ends like a private one', host: 'notlocal.example.local.org', isPrivate: false },
])('$name ($host)', ({ host, isPrivate }) => {
  expect(isPrivateHost(host)).toBe(isPrivate);
});

test.each([
  { address: '127.1.2.3', kind: 'loopback' },
  { address: '::1', kind: 'loopback' },
  { address: '::ffff:127.0.0.1', kind: 'loopback' },
  { address: '0.0.0.0', kind: 'loopback' },
  { address: '169.254.169.254', kind: 'link-local' },
  { address: 'fe80::1', kind: 'link-local' },
  { address: '::ffff:169.254.0.1', kind: 'link-local' },
  { address: '192.168.0.1', kind: 'private' },
  { address: '100.64.0.1', kind: 'private' },
  { address: 'fd00::1', kind: 'private' },
  { address: '192.0.2.1', kind: undefined },
  { address: '2001:db8::1', kind: undefined },
  { address: 'localhost', kind: undefined },
])('the address $address is $kind', ({ address, kind }) => {
  expect(ownAddressKind(address)).toBe(kind);
});
