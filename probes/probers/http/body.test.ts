import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { Body, type ReadBody } from './body.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const grey = 'Störung: grün ist der Käse';
const ready = '{"status":"ready"}';
const isReady: Options = { expect: { json: { status: 'ready' } } };
const speaksOf = (word: string): Options => ({ expect: { body: word } });
const neverSpeaksOf = (word: string): Options => ({ expect: { not_body: word } });
const gzipTimes = (times: number) =>
  Array.from({ length: times }).reduce<Buffer>((all) => gzipSync(all), Buffer.from(ready));

const cases: readonly {
  readonly name: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly options: Options;
  readonly is: string;
  /** What is said of how the body was read. */
  readonly note?: string;
}[] = [
  {
    name: 'a word with an umlaut is found in Latin-1',
    headers: ['content-type: text/html; charset=iso-8859-1'],
    body: latin1(grey),
    options: speaksOf('Störung'),
    is: 'pass',
    note: 'a body in the charset iso-8859-1',
  },
  {
    name: 'a word with an umlaut that must not be there is found in Latin-1',
    headers: ['content-type: text/html; charset=ISO-8859-1'],
    body: latin1(grey),
    options: neverSpeaksOf('Störung'),
    is: `fail body: found a body that begins "${grey}", expected a body without "Störung"`,
    note: 'a body in the charset ISO-8859-1',
  },
  {
    name: 'a charset in quotes, with blanks around it, behind another parameter',
    headers: ['Content-Type: text/plain; format=flowed ; Charset = "Windows-1252"'],
    body: Buffer.from([0x80, 0x20, 0xfc]),
    options: { expect: { body: '/^€ ü$/' } },
    is: 'pass',
    note: 'a body in the charset Windows-1252',
  },
  {
    name: 'a text in Cyrillic by its charset',
    headers: ['content-type: text/plain; charset=koi8-r'],
    body: Buffer.from([0xc7, 0xcf, 0xd4, 0xcf, 0xd7]),
    options: { expect: { body: '/^готов$/' } },
    is: 'pass',
    note: 'a body in the charset koi8-r',
  },
  {
    name: 'a text in Japanese by its charset',
    headers: ['content-type: text/plain; charset=Shift_JIS'],
    body: Buffer.from([0x8f, 0x80, 0x94, 0xf5]),
    options: { expect: { body: '/^準備$/' } },
    is: 'pass',
    note: 'a body in the charset Shift_JIS',
  },
  {
    name: 'umlauts in Latin-1 without a charset',
    headers: ['content-type: text/plain'],
    body: latin1(grey),
    options: neverSpeaksOf('grün'),
    is: `fail body: found a body that begins "${grey}", expected a body without "grün"`,
    note: 'a body that is not UTF-8, read as Latin-1',
  },
  {
    name: 'one broken byte does not make Latin-1 of a text in UTF-8',
    headers: [],
    body: Buffer.concat([Buffer.from(grey), Buffer.from([0xff])]),
    options: speaksOf('grün'),
    is: 'pass',
  },
  {
    name: 'a charset that nobody knows leaves ASCII as it is',
    headers: ['content-type: text/plain; charset=x-none'],
    body: Buffer.from('ready'),
    options: speaksOf('ready'),
    is: 'pass',
    note: 'a body in the charset x-none, which is not known, read as UTF-8',
  },
  {
    name: 'JSON behind a byte order mark',
    headers: ['content-type: application/json'],
    body: Buffer.from(`\ufeff${ready}`),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'JSON behind a byte order mark in gzip',
    headers: ['content-encoding: gzip'],
    body: gzipSync(`\ufeff${ready}`),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'a byte order mark counts for more than the charset',
    headers: ['content-type: text/plain; charset=iso-8859-1'],
    body: Buffer.from(`\ufeff${grey}`),
    options: { expect: { body: '/^Störung/' } },
    is: 'pass',
  },
  {
    name: 'JSON in UTF-16 by its byte order mark',
    headers: [],
    body: Buffer.from(`\ufeff${ready}`, 'utf16le'),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'JSON in UTF-8 whose content type says Latin-1',
    headers: ['content-type: application/json; charset=iso-8859-1'],
    body: Buffer.from('{"status":"grün"}'),
    options: { expect: { json: { status: 'grün' } } },
    is: 'pass',
  },
  {
    name: 'JSON in Latin-1 whose content type says so',
    headers: ['content-type: application/json; charset=iso-8859-1'],
    body: latin1('{"status":"grün"}'),
    options: { expect: { json: { status: 'grün' } } },
    is: 'pass',
    note: 'a body in the charset iso-8859-1',
  },
  { name: 'zstd', headers: ['content-encoding: zstd'], body: zstdCompressSync(ready), options: isReady, is: 'pass' },
  {
    name: 'zstd in several frames, of which Node reads the first, is not taken for whole',
    headers: ['content-encoding: zstd'],
    body: Buffer.concat([zstdCompressSync('{"status":'), zstdCompressSync('"ready"}')]),
    options: isReady,
    is: 'fail protocol: found a compressed body that cannot be read (zstd), expected an HTTP answer',
  },
  {
    name: 'zstd that is cut off',
    headers: ['content-encoding: zstd'],
    body: zstdCompressSync(ready).subarray(0, 12),
    options: {},
    is: 'fail protocol: found a compressed body that cannot be read (zstd), expected an HTTP answer',
  },
  {
    name: 'brotli',
    headers: ['content-encoding: br'],
    body: brotliCompressSync(ready),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'deflate with the header of zlib',
    headers: ['content-encoding: deflate'],
    body: deflateSync(ready),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'deflate without the header of zlib',
    headers: ['content-encoding: deflate'],
    body: deflateRawSync(ready),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'deflate without a header that gzip stands around',
    headers: ['content-encoding: deflate, gzip'],
    body: gzipSync(deflateRawSync(ready)),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'several codings, in headers of their own',
    headers: ['content-encoding: br', 'content-encoding: identity, ZSTD'],
    body: zstdCompressSync(brotliCompressSync(ready)),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'five codings in a row',
    headers: ['content-encoding: gzip, gzip, x-gzip, gzip, gzip'],
    body: gzipTimes(5),
    options: isReady,
    is: 'pass',
  },
  {
    name: 'six codings in a row',
    headers: ['content-encoding: gzip, gzip, gzip, gzip, gzip, gzip'],
    body: gzipTimes(6),
    options: isReady,
    is: 'fail protocol: found 6 content codings one upon the other, expected at most 5 content codings',
  },
  {
    name: 'the one of two codings that is broken is named',
    headers: ['content-encoding: gzip, br'],
    body: brotliCompressSync('this is not gzip'),
    options: {},
    is: 'fail protocol: found a compressed body that cannot be read (gzip), expected an HTTP answer',
  },
  {
    name: 'a coding that nobody can undo is named where something is expected of the body',
    headers: ['content-encoding: gzip, compress'],
    body: Buffer.from([0x1f, 0x9d, 0x90, 0x72]),
    options: speaksOf('ready'),
    is: 'fail protocol: found a body in the content coding compress, which cannot be read, expected a body that can be read',
    note: 'a body in the content coding compress, which cannot be read',
  },
  {
    name: 'a word cannot be missed in a coding that nobody can undo',
    headers: ['content-encoding: dcz'],
    body: Buffer.from('something'),
    options: neverSpeaksOf('error'),
    is: 'fail protocol: found a body in the content coding dcz, which cannot be read, expected a body that can be read',
    note: 'a body in the content coding dcz, which cannot be read',
  },
  {
    name: 'a coding that nobody can undo is no matter where nothing is expected of the body',
    headers: ['content-encoding: compress'],
    body: Buffer.from('something'),
    options: {},
    is: 'pass',
    note: 'a body in the content coding compress, which cannot be read',
  },
  {
    name: 'a coding that nobody has heard of stands beside a text that is not coded',
    headers: ['content-encoding: json'],
    body: Buffer.from(ready),
    options: isReady,
    is: 'pass',
    note: 'a body in the content coding json, which cannot be read',
  },
  {
    name: 'a charset in the place of a coding',
    headers: ['content-encoding: UTF-8'],
    body: Buffer.from(ready),
    options: neverSpeaksOf('error'),
    is: 'pass',
  },
  {
    name: 'blocks between two codings without end, which stand for nothing',
    headers: ['content-encoding: deflate, gzip'],
    body: gzipSync(Buffer.alloc(8_000_000, Buffer.from([0, 0, 0, 0xff, 0xff]))),
    options: {},
    is: 'fail body_too_large: found a body of more than 1048576 bytes, expected a body of at most 1048576 bytes',
  },
];

describe('a body', () => {
  test.each(cases)('$name', async ({ headers, body, options, is, note }) => {
    const head = ['HTTP/1.1 200 OK', ...headers, `content-length: ${body.length}`].join('\r\n');
    await using peer = await startFaultServer({
      respond: (socket) => {
        socket.write(`${head}\r\n\r\n`, 'latin1');
        socket.end(body);
      },
    });
    const outcome = await attempt(http, `http://127.0.0.1:${peer.port}/`, options, { timeoutMs: 2_000 });
    expect(judgement(outcome)).toBe(is);
    const said = outcome.steps.map(({ text }) => text);
    expect(said.filter((text) => /^a body (?:in|that)/.test(text))).toEqual(note === undefined ? [] : [note]);
  });
});

const wanted = '/caf%E9?x=%E4';

test('a redirect to bytes that are no UTF-8 leads to just these', async () => {
  const asked: string[] = [];
  await using peer = await startFaultServer({
    respond: (socket) => {
      const isFirst = asked.push('') === 1;
      const head = isFirst ? 'HTTP/1.1 302 Found\r\nlocation: /caf\xe9?x=\xe4' : 'HTTP/1.1 200 OK';
      socket.end(latin1(`${head}\r\ncontent-length: 0\r\n\r\n`));
    },
  });
  const outcome = await attempt(http, `http://127.0.0.1:${peer.port}/`, { redirects: 1 });
  expect(judgement(outcome)).toBe('pass');
  expect(peer.requests.map((text) => text.split(' ')[1])).toEqual(['/', wanted]);
});

test('a million pieces of one byte need little more room than their sum', () => {
  const all = Buffer.alloc(1_000_000, 'x');
  let text = '';
  const events = { whole: (body: ReadBody) => (text = body.text), failed: () => {}, drained: () => {} };
  using body = new Body({}, all.length, events);
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < all.length; at++) body.add(all.subarray(at, at + 1));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_500_000);
  body.end();
  expect(text).toBe(all.toString());
});
