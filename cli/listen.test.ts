import { expect, test } from 'vitest';
import { parseListen, parseUrl } from './listen.ts';

const right = [
  { name: 'a host and a port', text: '127.0.0.1:9815', listen: { host: '127.0.0.1', port: 9815 } },
  { name: 'a port alone is every address', text: ':9815', listen: { host: '0.0.0.0', port: 9815 } },
  { name: 'an IPv6 address in brackets', text: '[::1]:0', listen: { host: '::1', port: 0 } },
] as const;
for (const { name, text, listen } of right) test(name, () => expect(parseListen(text)).toEqual(listen));

for (const text of ['9815', 'localhost', '127.0.0.1:99999', '::1:9815', 'a b:1']) {
  test(`${text} is no place to listen`, () => expect(() => parseListen(text)).toThrow('It is HOST:PORT'));
}

test('a URL loses its last slashes', () => expect(parseUrl('http://127.0.0.1:9093//')).toBe('http://127.0.0.1:9093'));
test('a host and a port are no URL', () => expect(() => parseUrl('127.0.0.1:9093')).toThrow('It is a URL'));
