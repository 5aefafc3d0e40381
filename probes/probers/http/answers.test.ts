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

function strictly(oddity: string): string {
  return `fail protocol: found ${oddity}, expected an answer as RFC 9112 has it`;
}

/** Answers byte by byte as they are on the wire, one character per byte; then the connection ends. */
const cases: readonly {
  readonly name: string;
  readonly bytes: string;
  readonly options?: Options;
  readonly is: string;
  /** Those that say what is odd. */
  readonly steps?: readonly string[];
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
    name: 'a length beside chunks, where nothing can be smuggled',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n5\r\nready\r\n0\r\n\r\n',
    options: { expect: { body: '/^ready$/' } },
    is: 'pass',
    steps: ['not as RFC 9112 has it: Content-Length beside Transfer-Encoding'],
  },
  {
    name: 'a length beside chunks in an answer to HEAD',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n',
    options: { method: 'HEAD' },
    is: 'pass',
    steps: ['not as RFC 9112 has it: Content-Length beside Transfer-Encoding'],
  },
  {
    name: 'one length twice in an answer to HEAD',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\ncontent-length: 9\r\n\r\n',
    options: { method: 'HEAD' },
    is: 'pass',
    steps: ['not as RFC 9112 has it: Content-Length twice with the same value'],
  },
  {
    name: 'all that is odd about a head at once',
    bytes: 'HTTP/1.1 200 OK\ncontent-length : 5\nx-who: one\n two\ncontent-length:5\n\nready',
    options: { expect: { body: '/^ready$/', headers: { 'x-who': '/^one two$/', 'content-length': '/^5$/' } } },
    is: 'pass',
    steps: [
      'not as RFC 9112 has it: header lines that end with LF alone',
      'not as RFC 9112 has it: a blank before the colon of a header',
      'not as RFC 9112 has it: a header that is folded over several lines',
      'not as RFC 9112 has it: Content-Length twice with the same value',
    ],
  },
  {
    name: 'a blank behind a chunk size',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5 \r\nready\r\n0 \r\n\r\n',
    options: { expect: { body: '/^ready$/' } },
    is: 'pass',
    steps: ['not as RFC 9112 has it: a blank behind a chunk size'],
  },
  {
    name: 'two different lengths',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nready',
    is: 'fail protocol: found an answer that is not HTTP (Content-Length twice, 5 and 6), expected an HTTP answer',
  },
  {
    name: 'lines that end with LF alone where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
    options: { expect: { strict: true } },
    is: strictly('header lines that end with LF alone'),
  },
  {
    name: 'a header that is folded where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\nx-who: one\r\n two\r\ncontent-length: 0\r\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('a header that is folded over several lines'),
  },
  {
    name: 'a blank before a colon where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('a blank before the colon of a header'),
  },
  {
    name: 'one length twice where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('Content-Length twice with the same value'),
  },
  {
    name: 'a length beside chunks where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('Content-Length beside Transfer-Encoding'),
  },
  {
    name: 'a blank behind a chunk size where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0 \r\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('a blank behind a chunk size'),
  },
  {
    name: 'a chunk size that ends with LF alone where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('a chunk size that ends with LF alone'),
  },
  {
    name: 'a name with a blank where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\nx who: one\r\ncontent-length: 0\r\n\r\n',
    options: { expect: { strict: true } },
    is: strictly('a header whose name holds a blank, which is left out'),
  },
  {
    name: 'nothing odd where the answer must be strict',
    bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nready\r\n0\r\nx-sum: 1\r\n\r\n',
    options: { expect: { strict: true, body: '/^ready$/' } },
    is: 'pass',
  },
  {
    name: 'a header that is not UTF-8 is Latin-1',
    bytes: 'HTTP/1.1 200 OK\r\nx-who: J\xfcrgen\r\ncontent-length: 0\r\n\r\n',
    options: { expect: { headers: { 'x-who': '/^Jürgen$/' } } },
    is: 'pass',
  },
  {
    name: 'a version that there is not',
    bytes: 'HTTP/3.7 200 OK\r\ncontent-length: 0\r\n\r\n',
    is: 'fail protocol: found an answer that is not HTTP (Invalid HTTP version), expected an HTTP answer',
  },
];

describe('an answer', () => {
  for (const whole of [true, false]) {
    test.each(cases)(`${whole ? 'at once' : 'byte by byte'}: $name`, async ({ bytes, options = {}, is, steps }) => {
      await using peer = await startSpeaker(bytes, whole);
      const outcome = await attempt(http, `http://127.0.0.1:${peer.port}/`, options, { timeoutMs: 2_000 });
      expect(judgement(outcome)).toBe(is);
      if (!is.includes('expected an answer as RFC 9112')) {
        expect(outcome.steps.map(({ text }) => text).filter((text) => text.startsWith('not as'))).toEqual(steps ?? []);
      }
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
