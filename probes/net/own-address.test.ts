import { hostname, networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { isOwnAddress } from './own-address.ts';

// What belongs to a container comes and goes with it.
const own = Object.entries(networkInterfaces())
  .filter(([name]) => !/^(?:veth|br-)/.test(name))
  .flatMap(([, addresses]) => addresses?.map(({ address }) => address) ?? []);

const cases = [
  { host: '127.0.0.1', is: true },
  { host: '127.9.9.9', is: true },
  { host: '::1', is: true },
  { host: '0:0:0:0:0:0:0:1', is: true },
  { host: 'localhost', is: true },
  { host: hostname(), is: true },
  ...own.map((host) => ({ host, is: true })),
  { host: '192.0.2.1', is: false },
  { host: '2001:db8::1', is: false },
  { host: 'panel.example.org', is: false },
];

test.each(cases)('$host: $is', ({ host, is }) => {
  expect(isOwnAddress(host)).toBe(is);
});
