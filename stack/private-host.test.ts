import { expect, test } from 'vitest';
import { isPrivateHost } from './private-host.ts';

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
  { name: 'a container', host: 'mailpit', isPrivate: true },
  { name: 'the host of a container', host: 'host.docker.internal', isPrivate: true },
  { name: 'a public name', host: 'smtp.example.org', isPrivate: false },
  { name: 'a public name that ends like a private one', host: 'notlocal.example.local.org', isPrivate: false },
])('$name ($host)', ({ host, isPrivate }) => {
  expect(isPrivateHost(host)).toBe(isPrivate);
});
