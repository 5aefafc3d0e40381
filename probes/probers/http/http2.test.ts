import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import type { Outcome } from '../../model.ts';
import { createAuthority, type Identity } from '../../testing/certificates.ts';
import { ownTime } from '../../testing/own-time.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

const dayMs = 86_400_000;

/** What the server does, by path. */
const behaviours: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  '/ok': (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/json', server: 'two' });
    stream.end('{"status":"ready","version":"7"}');
  },
  '/gzip': (stream) => {
    stream.respond({ ':status': 200, 'content-encoding': 'gzip' });
    stream.end(gzipSync('ready'));
  },
  '/not-gzip': (stream) => {
    stream.respond({ ':status': 200, 'content-encoding': 'gzip' });
    stream.end('ready');
  },
  '/empty': (stream) => {
    stream.respond({ ':status': 204, 'content-encoding': 'gzip' }, { endStream: true });
  },
  '/early-hints': (stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</x>' });
    stream.respond({ ':status': 200 });
    stream.end('ready');
  },
  '/redirect': (stream) => {
    stream.respond({ ':status': 302, location: '/ok', 'set-cookie': 'a=b' }, { endStream: true });
  },
  '/hang': () => {},
  '/hang-in-body': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('rea');
  },
  '/drip': (stream) => {
    stream.respond({ ':status': 200 });
    const timer = setInterval(() => stream.write('x'), 20);
    stream.on('close', () => clearInterval(timer));
  },
  '/large': (stream) => {
    stream.respond({ ':status': 200 });
    stream.end(Buffer.alloc(3_000_000, 120));
  },
  '/small-frames': (stream) => {
    stream.respond({ ':status': 200 });
    let left = 1_000;
    const next = () => {
      if (left-- > 0) stream.write('ready and ', () => setImmediate(next));
      else stream.end('done');
    };
    next();
  },
  '/reset': (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  '/reset-in-body': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('rea', () => stream.destroy(new Error('broken')));
  },
  '/cancelled': (stream) => stream.close(constants.NGHTTP2_CANCEL),
  '/old-only': (stream) => stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED),
  '/many-headers': (stream) => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'y']));
    stream.respond({ ':status': 200, ...many }, { endStream: true });
  },
  '/text': (stream) => {
    stream.respond({ ':status': 200, 'x-text': Buffer.from('grün').toString('latin1') }, { endStream: true });
  },
  '/long-headers': (stream) => stream.respond({ ':status': 200, 'x-long': 'y'.repeat(70_000) }, { endStream: true }),
  '/goaway': (stream) => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM),
  '/gone': (stream) => stream.session?.socket.destroy(),
  '/gone-in-body': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('rea', () => stream.session?.destroy());
  },
  '/short': (stream) => {
    stream.respond({ ':status': 200, 'content-length': '10' });
    stream.end('rea');
  },
};

const cases: readonly {
  readonly path: string;
  readonly name: string;
  readonly options?: z.input<typeof httpOptions>;
  readonly is: string | RegExp;
}[] = [
  { path: '/ok', name: 'an answer', options: { expect: { json: { status: 'ready' }, http_version: '2' } }, is: 'pass' },
  { path: '/ok', name: 'a body that is sent', options: { method: 'POST', body: 'x'.repeat(200_000) }, is: 'pass' },
  { path: '/ok', name: 'an answer to HEAD', options: { method: 'HEAD' }, is: 'pass' },
  { path: '/gzip', name: 'a compressed body', options: { compression: true, expect: { body: 'ready' } }, is: 'pass' },
  { path: '/empty', name: 'an encoding without a body', is: 'pass' },
  { path: '/early-hints', name: 'an interim answer', options: { expect: { body: 'ready' } }, is: 'pass' },
  {
    path: '/redirect',
    name: 'a redirect',
    options: { redirects: 1, expect: { json: { status: 'ready' } } },
    is: 'pass',
  },
  {
    path: '/ok',
    name: 'an answer of another version',
    options: { expect: { http_version: '1.1' } },
    is: 'fail http_version: found HTTP/2, expected HTTP/1.1',
  },
  {
    path: '/not-gzip',
    name: 'a body that is not what it says',
    is: /^fail protocol: found a compressed body that cannot/,
  },
  { path: '/hang', name: 'no answer', is: 'fail response_timeout: found no answer in 1 s, expected an HTTP answer' },
  { path: '/hang-in-body', name: 'half a body', is: /^fail body_timeout: found a body that did not end in 1 s/ },
  { path: '/drip', name: 'a body without end', is: /^fail body_timeout/ },
  { path: '/small-frames', name: 'a body in 1,000 frames', options: { expect: { body: 'and done' } }, is: 'pass' },
  { path: '/large', name: 'a large body', is: /^fail body_too_large: found a body of more than 1048576 bytes/ },
  {
    path: '/reset',
    name: 'a stream that is reset',
    is: 'fail response_closed: found a stream that was reset before the answer (INTERNAL_ERROR), expected an HTTP answer',
  },
  {
    path: '/reset-in-body',
    name: 'one reset later',
    is: /^fail response_closed: found a stream that was reset in the middle of the answer \(INTERNAL_ERROR\)/,
  },
  {
    path: '/goaway',
    name: 'a server that says goodbye',
    is: 'fail response_closed: found a stream that was reset before the answer (ENHANCE_YOUR_CALM), expected an HTTP answer',
  },
  {
    path: '/gone',
    name: 'a connection that is closed',
    is: /^fail response_closed: found a connection that was (?:closed|reset) before the answer, expected an HTTP answer$/,
  },
  {
    path: '/gone-in-body',
    name: 'one closed later',
    is: /^fail response_closed: found a connection that was (?:closed|reset) in the middle of the answer, expected/,
  },
  {
    path: '/cancelled',
    name: 'a stream that is cancelled, on a connection that stays',
    is: 'fail response_closed: found a stream that was reset before the answer (CANCEL), expected an HTTP answer',
  },
  {
    path: '/old-only',
    name: 'a server that wants HTTP/1.1',
    is: 'fail response_closed: found a stream that was reset before the answer (HTTP_1_1_REQUIRED), expected an HTTP answer',
  },
  { path: '/many-headers', name: 'headers in numbers', options: { expect: { headers: { 'x-299': 'y' } } }, is: 'pass' },
  {
    path: '/text',
    name: 'a header beyond ASCII',
    options: { expect: { headers: { 'x-text': 'grün' } } },
    is: 'pass',
  },
  {
    path: '/long-headers',
    name: 'headers of a size that HTTP/1.1 does not read either',
    is: 'fail protocol: found headers of more than 64 KiB, expected an HTTP answer',
  },
  { path: '/short', name: 'a body shorter than announced', is: /^fail (protocol|response_closed): / },
];

describe('http by HTTP/2', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-http2-'));
  const ca_file = join(folder, 'ca.pem');
  let identity: Identity;
  beforeAll(async () => {
    const authority = await createAuthority('test', Date.now());
    writeFileSync(ca_file, authority.ca);
    identity = await authority.issue({
      names: ['localhost'],
      notBefore: Date.now() - dayMs,
      notAfter: Date.now() + 90 * dayMs,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(cases)('$name: $is', async ({ path, options, is }) => {
    await using peer = await startPeer(identity);
    const url = `https://localhost:${peer.port}${path}`;
    const given = { ca_file, http2: true, ...options };
    let outcome: Outcome | undefined;
    // What hangs uses up all of its time; the others end by themselves, on a busy machine too, and long before their deadline.
    const hangs = String(is).includes('_timeout');
    const timeoutMs = hangs ? 1_000 : 20_000;
    const ms = await ownTime(async () => {
      outcome = await attempt(http, url, given, { timeoutMs });
    });
    expect(ms).toBeLessThan(hangs ? timeoutMs + 50 : timeoutMs / 2);
    if (!outcome) throw new Error('no outcome');
    if (typeof is === 'string') expect(judgement(outcome)).toBe(is);
    else expect(judgement(outcome)).toMatch(is);
    await expect.poll(() => peer.open()).toBe(0);
    expect(peer.unknown).toEqual([]);
  });

  test('reports the version and every phase, and what can be compared', async () => {
    await using peer = await startPeer(identity);
    const { samples, traits } = await attempt(http, `https://localhost:${peer.port}/ok`, { ca_file, http2: true });
    expect(samples).toContainEqual({ metric: 'probe_http_version', value: 2 });
    const phases = samples.flatMap(({ labels }) => labels?.phase ?? []);
    expect(phases).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
    expect(traits).toMatchObject({ server: 'two', version: '7', size: '32 characters' });
  });

  test('a server that asks for a client certificate is said to, also by HTTP/2', async () => {
    const server = createSecureServer({ ...identity, requestCert: true, rejectUnauthorized: true });
    server.on('tlsClientError', () => {}).on('sessionError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(judgement(await attempt(http, `https://localhost:${port}/`, { ca_file, http2: true }))).toBe(
      'fail certificate_client: found a TLS error: the server asks for a client certificate, expected an HTTP answer',
    );
    await new Promise((resolve) => server.close(resolve));
  });

  test('a server that knows only HTTP/1.1 is asked by that, and is not what was expected', async () => {
    const server = createHttpsServer(identity, (_, response) => response.end('ready'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const outcome = await attempt(http, url, { ca_file, http2: true });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.samples).toContainEqual({ metric: 'probe_http_version', value: 1.1 });
    expect(judgement(await attempt(http, url, { ca_file, http2: true, expect: { http_version: '2' } }))).toBe(
      'fail http_version: found HTTP/1.1, expected HTTP/2',
    );
  });

  test('a server that agrees to HTTP/2 and speaks something else breaks the protocol', async () => {
    const server = createTlsServer({ ...identity, ALPNProtocols: ['h2'] }, (socket) => {
      socket
        .on('error', () => {})
        .resume()
        .write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outcome = await attempt(http, `https://localhost:${port}/`, { ca_file, http2: true });
    expect(judgement(outcome)).toBe('fail protocol: found an answer that is not HTTP/2, expected an HTTP answer');
    await new Promise((resolve) => server.close(resolve));
  });
});

async function startPeer(identity: Identity) {
  const unknown: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createSecureServer({ ...identity, maxSendHeaderBlockLength: 100_000 });
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const behave = behaviours[String(headers[':path'])];
    if (behave) behave(stream);
    else unknown.push(String(headers[':path']));
  });
  server.on('session', (session) => session.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    unknown,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
