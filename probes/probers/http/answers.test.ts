import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;

const many = Array.from({ length: 80 }, (_, i) => `x-${i}: ${i}\r\n`).join('');
const zipped = gzipSync('ready and compressed').toString('latin1');

/** Answers byte by byte as they are on the wire, one character per byte; then the connection ends. */
const cases: readonly {
  readonly name: string;
  readonly bytes: string;
  readonly options?: Options;
  readonly is: string;
}[] = [
  {
    name: 'a body that ends with the connection is whole',
    bytes: 'HTTP/1.0 200 OK\r\n\r\nready',
    options: { expect: { body: '/^ready$/' } },
    is: 'pass',
  },
  {
    name: 'what follows a whole answer is nobody`s business',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nready and then \0 some',
    options: { expect: { body: '/^ready$/' } },
    is: 'pass',
  },
  {
    name: 'interim answers are read over, however many',
    bytes: `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3)}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nready`,
    options: { expect: { body: '/^ready$/' } },
    is: 'pass',
  },
  {
    name: 'an interim answer alone is none',
    bytes: 'HTTP/1.1 102 Processing\r\n\r\n',
    is: 'fail response_closed: found a connection that was closed before the answer, expected an HTTP answer',
  },
  {
    name: 'more headers than the parser hands over at once are all there, in order and together',
    bytes: `HTTP/1.1 200 OK\r\nx-same: a\r\n${many}X-Same: b\r\ncontent-length: 0\r\n\r\n`,
    options: { expect: { headers: { 'x-0': '/^0$/', 'x-79': '/^79$/', 'x-same': '/^b$/' } } },
    is: 'pass',
  },
  {
    name: 'trailers are no headers',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-late: 1\r\n\r\n',
    options: { expect: { headers: { 'x-late': '' } } },
    is: 'fail header: found no header x-late, expected a header x-late',
  },
  {
    name: 'a header in UTF-8 is read as such',
    bytes: `HTTP/1.1 200 OK\r\nx-who: ${Buffer.from('Jürgen').toString('latin1')}\r\ncontent-length: 0\r\n\r\n`,
    options: { expect: { headers: { 'x-who': 'Jürgen' } } },
    is: 'pass',
  },
  {
    name: 'a header that is not UTF-8 is Latin-1',
    bytes: 'HTTP/1.1 200 OK\r\nx-who: J\xfcrgen\r\ncontent-length: 0\r\n\r\n',
    options: { expect: { headers: { 'x-who': '/^Jürgen$/' } } },
    is: 'pass',
  },
  {
    name: 'the answer to HEAD has no body, whatever length and encoding it names',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 500\r\n\r\n',
    options: { method: 'HEAD' },
    is: 'pass',
  },
  {
    name: 'an encoding without a body has nothing to decode',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n',
    is: 'pass',
  },
  {
    name: 'an encoding is named in any case',
    bytes: `HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\ncontent-length: ${zipped.length}\r\n\r\n${zipped}`,
    options: { expect: { body: 'compressed' } },
    is: 'pass',
  },
  {
    name: 'a compressed body that is cut off is no body',
    bytes: `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n${zipped.slice(0, 20)}`,
    is: 'fail protocol: found a compressed body that cannot be read (gzip), expected an HTTP answer',
  },
  {
    name: 'a length beside chunks is a way to smuggle answers',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    is: "fail protocol: found an answer that is not HTTP (Transfer-Encoding can't be present with Content-Length), expected an HTTP answer",
  },
  {
    name: 'a header with a blank before its colon',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n',
    is: 'fail protocol: found an answer that is not HTTP (Invalid header field char), expected an HTTP answer',
  },
  {
    name: 'a line that ends without a carriage return',
    bytes: 'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
    is: 'fail protocol: found an answer that is not HTTP (Missing expected CR after response line), expected an HTTP answer',
  },
  {
    name: 'a version that there is not',
    bytes: 'HTTP/3.7 200 OK\r\ncontent-length: 0\r\n\r\n',
    is: 'fail protocol: found an answer that is not HTTP (Invalid HTTP version), expected an HTTP answer',
  },
];

describe('an answer', () => {
  for (const whole of [true, false]) {
    test.each(cases)(`${whole ? 'at once' : 'byte by byte'}: $name`, async ({ bytes, options = {}, is }) => {
      await using peer = await startSpeaker(bytes, whole);
      expect(judgement(await attempt(http, `http://127.0.0.1:${peer.port}/`, options, { timeoutMs: 2_000 }))).toBe(is);
    });
  }
});

/** Says the bytes to whoever has sent something, and ends the connection. */
async function startSpeaker(bytes: string, whole: boolean) {
  const server = createServer((socket) => {
    socket.setNoDelay(true).on('error', () => {});
    socket.once('data', () => {
      const said = Buffer.from(bytes, 'latin1');
      if (whole) return void socket.end(said);
      let at = 0;
      const next = () => {
        if (at >= said.length) socket.end();
        else if (!socket.destroyed) socket.write(said.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
