import { expect, test } from 'vitest';
import { formatHostPort, parseHostPort } from './host-port.ts';

const cases = [
  { text: 'db.example.org:5432', is: { host: 'db.example.org', port: 5_432 } },
  { text: '10.0.0.7:1', is: { host: '10.0.0.7', port: 1 } },
  { text: '[2001:db8::1]:443', is: { host: '2001:db8::1', port: 443 } },
  { text: 'my_container-1:65535', is: { host: 'my_container-1', port: 65_535 } },
  { text: 'db.example.org', is: undefined },
  { text: 'db.example.org:', is: undefined },
  { text: 'db.example.org:0', is: undefined },
  { text: 'db.example.org:65536', is: undefined },
  { text: '2001:db8::1:443', is: undefined },
  { text: '[nonsense::]:443', is: undefined },
  { text: '[:::]:443', is: undefined },
  { text: '999.1.1.1:443', is: undefined },
  { text: 'https://db.example.org:443', is: undefined },
  { text: 'a b:443', is: undefined },
  { text: '-a:443', is: undefined },
  { text: '', is: undefined },
];

test.each(cases)('$text', ({ text, is }) => {
  expect(parseHostPort(text)).toEqual(is);
  if (is) expect(formatHostPort(is.host, is.port)).toBe(text);
});
