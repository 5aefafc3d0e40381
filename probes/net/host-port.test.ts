import { expect, test } from 'vitest';
import { formatHostPort, type HostPort, parseHostPort } from './host-port.ts';

const cases: readonly { readonly text: string; readonly is: HostPort | undefined; readonly says?: string }[] = [
  { text: 'db.example.org:5432', is: { host: 'db.example.org', port: 5_432 } },
  { text: '10.0.0.7:1', is: { host: '10.0.0.7', port: 1 } },
  { text: '[2001:db8::1]:443', is: { host: '2001:db8::1', port: 443 } },
  { text: 'my_container-1:65535', is: { host: 'my_container-1', port: 65_535 } },
  { text: 'db.example.org.:5432', is: { host: 'db.example.org.', port: 5_432 } },
  { text: 'localhost.:443', is: { host: 'localhost.', port: 443 } },
  // As in a URL: lower-case ASCII, by the rules of UTS 46.
  { text: 'bücher.example:443', is: { host: 'xn--bcher-kva.example', port: 443 }, says: 'xn--bcher-kva.example:443' },
  { text: 'BÜCHER.example:443', is: { host: 'xn--bcher-kva.example', port: 443 }, says: 'xn--bcher-kva.example:443' },
  { text: 'bücher.example.:1', is: { host: 'xn--bcher-kva.example.', port: 1 }, says: 'xn--bcher-kva.example.:1' },
  { text: 'straße.example:1', is: { host: 'xn--strae-oqa.example', port: 1 }, says: 'xn--strae-oqa.example:1' },
  { text: 'почта.рф:25', is: { host: 'xn--80a1acny.xn--p1ai', port: 25 }, says: 'xn--80a1acny.xn--p1ai:25' },
  { text: '例え。テスト:80', is: { host: 'xn--r8jz45g.xn--zckzah', port: 80 }, says: 'xn--r8jz45g.xn--zckzah:80' },
  { text: 'bü cher.example:443', is: undefined },
  { text: 'bü\u0000cher.example:443', is: undefined },
  { text: 'bü/cher.example:443', is: undefined },
  { text: 'db..example.org:5432', is: undefined },
  { text: 'db.example.org..:5432', is: undefined },
  { text: '.:443', is: undefined },
  { text: '10.0.0.7.:443', is: undefined },
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

test.each(cases)('$text', ({ text, is, says = text }) => {
  expect(parseHostPort(text)).toEqual(is);
  if (is) expect(formatHostPort(is.host, is.port)).toBe(says);
});
