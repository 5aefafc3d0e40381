import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Resolve } from '../../model.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { grpc } from './grpc.ts';
import { decodeCheck, encodeCheck } from './health.ts';
import { startGrpcPeer } from './peer-for-test.ts';

const of = (port: number) => `127.0.0.1:${port}`;

describe('grpc against a server of @grpc/grpc-js', () => {
  const serving = { '': 'SERVING', a: 'NOT_SERVING', b: 'UNKNOWN', c: 'SERVICE_UNKNOWN' };
  const cases = [
    { name: 'the server as a whole', service: '', is: 'pass' },
    {
      name: 'a service that does not serve',
      service: 'a',
      is: 'fail not_serving: found NOT_SERVING, expected SERVING',
    },
    { name: 'one that does not know', service: 'b', is: 'fail not_serving: found UNKNOWN, expected SERVING' },
    {
      name: 'one that is known not to be',
      service: 'c',
      is: 'fail not_serving: found SERVICE_UNKNOWN, expected SERVING',
    },
    {
      name: 'one that is not known',
      service: 'd',
      is: 'fail not_serving: found SERVICE_UNKNOWN (NOT_FOUND: unknown service), expected SERVING',
    },
  ];
  test.each(cases)('$name', async ({ service, is }) => {
    await using peer = await startGrpcPeer({ serving });
    expect(judgement(await attempt(grpc, of(peer.port), { service }))).toBe(is);
    expect(peer.calls.map((call) => call.service)).toEqual([service]);
  });

  test('a service that must not serve', async () => {
    await using peer = await startGrpcPeer({ serving });
    const expected = { service: 'a', expect: { status: 'NOT_SERVING' as const } };
    expect(judgement(await attempt(grpc, of(peer.port), expected))).toBe('pass');
  });

  const notFound: readonly {
    readonly name: string;
    readonly failure: { readonly code: number; readonly details: string };
    readonly status?: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
    readonly is: string;
  }[] = [
    {
      name: 'NOT_FOUND is SERVICE_UNKNOWN where that is expected',
      failure: { code: 5, details: 'unknown service' },
      status: 'SERVICE_UNKNOWN',
      is: 'pass',
    },
    {
      name: 'also without words',
      failure: { code: 5, details: '' },
      status: 'SERVICE_UNKNOWN',
      is: 'pass',
    },
    {
      name: 'it is not NOT_SERVING',
      failure: { code: 5, details: 'unknown service' },
      status: 'NOT_SERVING',
      is: 'fail not_serving: found SERVICE_UNKNOWN (NOT_FOUND: unknown service), expected NOT_SERVING',
    },
    {
      name: 'nor SERVING',
      failure: { code: 5, details: '' },
      is: 'fail not_serving: found SERVICE_UNKNOWN (NOT_FOUND), expected SERVING',
    },
    {
      name: 'UNIMPLEMENTED is no status of a service',
      failure: { code: 12, details: 'no such method' },
      status: 'SERVICE_UNKNOWN',
      is: 'fail status: found UNIMPLEMENTED: no such method, expected OK',
    },
  ];
  test.each(notFound)('$name', async ({ failure, status, is }) => {
    await using peer = await startGrpcPeer({ failure });
    const options = { service: 'orders', ...(status && { expect: { status } }) };
    const outcome = await attempt(grpc, of(peer.port), options);
    expect(judgement(outcome)).toBe(is);
    const said = outcome.samples.filter(({ metric }) => metric === 'probe_grpc_healthcheck_response');
    expect(said.find(({ value }) => value === 1)?.labels?.serving_status).toBe(
      failure.code === 5 ? 'SERVICE_UNKNOWN' : undefined,
    );
    expect(outcome.samples).toContainEqual({ metric: 'probe_grpc_status_code', value: failure.code });
  });

  test('a server without the health service', async () => {
    await using peer = await startGrpcPeer({ withoutHealth: true });
    expect(await attempt(grpc, of(peer.port), {})).toMatchObject({
      reason: 'status',
      found: expect.stringMatching(/^UNIMPLEMENTED: /),
      samples: expect.arrayContaining([{ metric: 'probe_grpc_status_code', value: 12 }]),
    });
  });

  test('metadata is sent, and shown nowhere, not even where the server says it', async () => {
    const details = 'no user for Bearer sesame-open, nor for sesame-open';
    await using peer = await startGrpcPeer({ failure: { code: 16, details } });
    const outcome = await attempt(grpc, of(peer.port), {
      metadata: { Authorization: 'Bearer sesame-open', 'x-trace-bin': Buffer.from([1, 2, 255]).toString('base64') },
    });
    expect(peer.calls[0]?.metadata).toMatchObject({
      authorization: 'Bearer sesame-open',
      'x-trace-bin': Buffer.from([1, 2, 255]),
    });
    expect(judgement(outcome)).toBe(
      'fail status: found UNAUTHENTICATED: no user for [redacted], nor for [redacted], expected OK',
    );
    expect(JSON.stringify(outcome)).not.toContain('sesame');
  });

  test('an answer too late', async () => {
    await using peer = await startGrpcPeer({ delayMs: 60 });
    expect(await attempt(grpc, of(peer.port), { expect: { within: '50ms' } })).toMatchObject({ reason: 'slow' });
    await using silent = await startGrpcPeer({ delayMs: 10_000 });
    expect(await attempt(grpc, of(silent.port), {}, { timeoutMs: 200 })).toMatchObject({
      // Told of the deadline, the server ends the call itself, and may be the first.
      reason: expect.stringMatching(/^(response_timeout|status)$/),
    });
  });

  test('the name that was dialled is the authority, whatever its address', async () => {
    await using peer = await startGrpcPeer();
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const outcome = await attempt(grpc, `orders.example.org:${peer.port}`, {}, { resolve });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.samples.map(({ labels }) => labels?.phase).filter(Boolean)).toEqual(['resolve', 'connect', 'check']);
  });

  test('over TLS, with certificates on both sides', async () => {
    const [now, dayMs] = [Date.now(), 86_400_000];
    const authority = await createAuthority('test', now);
    const issue = (name: string) =>
      authority.issue({ names: [name], notBefore: now - dayMs, notAfter: now + 30 * dayMs });
    const [identity, client] = [await issue('orders.example.org'), await issue('watchpost')];
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-grpc-'));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const tls = { tls: true, ca_file: file('ca.pem', authority.ca), server_name: 'orders.example.org' };
    const mine = { client_cert_file: file('cert.pem', client.cert), client_key_file: file('key.pem', client.key) };
    await using peer = await startGrpcPeer({ tls: identity });
    const passed = await attempt(grpc, of(peer.port), tls);
    expect(judgement(passed)).toBe('pass');
    const phases = passed.samples.map(({ labels }) => labels?.phase).filter(Boolean);
    expect(phases).toEqual(['connect', 'tls', 'check']);
    expect(await attempt(grpc, of(peer.port), { ...tls, server_name: 'other' })).toMatchObject({
      reason: 'certificate_name',
    });
    expect(await attempt(grpc, of(peer.port), { ...tls, expect: { valid_for: '60d' } })).toMatchObject({
      reason: 'certificate_expiring',
    });
    expect(await attempt(grpc, of(peer.port), { tls: true, server_name: 'orders.example.org' })).toMatchObject({
      reason: 'certificate_untrusted',
    });
    // Spoken to without TLS.
    expect((await attempt(grpc, of(peer.port), {}, { timeoutMs: 500 })).verdict).toBe('fail');
    await using strict = await startGrpcPeer({ tls: identity, clients: authority });
    expect(judgement(await attempt(grpc, of(strict.port), { ...tls, ...mine }))).toBe('pass');
    expect(judgement(await attempt(grpc, of(strict.port), tls))).toBe(
      'fail certificate_client: found a TLS error: the server asks for a client certificate, expected an answer of the health service',
    );
    rmSync(folder, { recursive: true });
  });

  test('a server without TLS that is spoken to with it', async () => {
    await using peer = await startGrpcPeer();
    expect(await attempt(grpc, of(peer.port), { tls: true }, { timeoutMs: 500 })).toMatchObject({ verdict: 'fail' });
  });
});

/** Answers over HTTP/2 as its caller asks. */
async function startHttp2Peer(answer: (stream: ServerHttp2Stream) => unknown) {
  const sessions = new Set<{ destroy(): void }>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    answer(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const grpcHead = { ':status': 200, 'content-type': 'application/grpc+proto' };
const framed = (...bytes: readonly number[]) => Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);

/** Answers with the body, and with `grpc-status: 0` behind it. */
function withBody(body: Buffer) {
  return (stream: ServerHttp2Stream) => {
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.respond(grpcHead, { waitForTrailers: true });
    stream.end(body);
  };
}

describe('grpc against what is none', () => {
  const expected = 'an answer of the health service';
  const cases: readonly {
    readonly name: string;
    readonly answer: (stream: ServerHttp2Stream) => unknown;
    readonly is: string | RegExp;
  }[] = [
    {
      name: 'a proxy without the server',
      answer: (s) => s.respond({ ':status': 502 }, { endStream: true }),
      is: `fail status: found HTTP status 502, expected ${expected}`,
    },
    {
      name: 'a web server',
      answer: (s) => {
        s.respond({ ':status': 200, 'content-type': 'text/html' });
        s.end('<html>');
      },
      is: `fail protocol: found content of the type text/html, expected ${expected}`,
    },
    {
      name: 'no status',
      answer: (s) => s.respond(grpcHead, { endStream: true }),
      is: `fail protocol: found an answer without grpc-status, expected ${expected}`,
    },
    {
      name: 'a status that is none',
      answer: (s) => s.respond({ ...grpcHead, 'grpc-status': 'fine' }, { endStream: true }),
      is: `fail protocol: found grpc-status fine, expected ${expected}`,
    },
    {
      name: 'a code without a name, and a message that is not encoded',
      answer: (s) => s.respond({ ...grpcHead, 'grpc-status': '77', 'grpc-message': '100%' }, { endStream: true }),
      is: 'fail status: found code 77: 100%, expected OK',
    },
    {
      name: 'OK without a message',
      answer: (s) => s.respond({ ...grpcHead, 'grpc-status': '0' }, { endStream: true }),
      is: `fail protocol: found an answer that cannot be read: no message, expected ${expected}`,
    },
    {
      name: 'an empty message, which is UNKNOWN',
      answer: withBody(framed()),
      is: 'fail not_serving: found UNKNOWN, expected SERVING',
    },
    { name: 'a message with more than we know', answer: withBody(framed(0x12, 1, 65, 0x08, 1)), is: 'pass' },
    {
      name: 'a status of a later version',
      answer: withBody(framed(0x08, 9)),
      is: 'fail not_serving: found status 9, expected SERVING',
    },
    { name: 'half a message', answer: withBody(framed(0x08, 1).subarray(0, 6)), is: /half a message/ },
    {
      name: 'two messages',
      answer: withBody(Buffer.concat([framed(8, 1), framed(8, 1)])),
      is: /more than one message/,
    },
    { name: 'a compressed message', answer: withBody(Buffer.from([1, 0, 0, 0, 0])), is: /a compressed message/ },
    {
      name: 'bytes that are no message',
      answer: withBody(framed(0xff, 0xff, 0xff)),
      is: /^fail protocol: found an answer that cannot be read: /,
    },
    {
      name: 'a body without end',
      answer: endless,
      is: `fail body_too_large: found more than 65536 bytes, expected ${expected}`,
    },
    {
      name: 'a call that is refused',
      answer: (s) => s.close(7),
      is: /^fail protocol: found an HTTP\/2 exchange that failed: .*NGHTTP2_REFUSED_STREAM/,
    },
    { name: 'the end of the session', answer: (s) => s.session?.destroy(), is: /^fail (response_closed|protocol):/ },
    {
      name: 'a session that is given up',
      answer: (s) => s.session?.goaway(11),
      is: /^fail protocol: found .*(code 11|ENHANCE_YOUR_CALM)/,
    },
    {
      name: 'a connection that is reset',
      answer: (s) => s.session?.socket.resetAndDestroy(),
      is: /^fail response_closed:/,
    },
  ];
  test.each(cases)('$name', async ({ answer, is }) => {
    await using peer = await startHttp2Peer(answer);
    expect(judgement(await attempt(grpc, of(peer.port), {}, { timeoutMs: 1_000 }))).toMatch(is);
  });

  test('comes to a verdict whatever the bytes are', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {}).resume();
      // Every other time after a frame of settings, so that something of HTTP/2 is there.
      const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
      socket.write(Math.random() < 0.5 ? settings : Buffer.alloc(0));
      socket.write(randomBytes(1 + Math.floor(Math.random() * 400)));
      if (Math.random() < 0.3) socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (let i = 0; i < 150; i++) {
      const outcome = await attempt(grpc, of(port), {}, { timeoutMs: 30 });
      expect(outcome.verdict).toBe('fail');
    }
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });
});

test('a request is encoded as the protocol says', () => {
  expect(encodeCheck('').toString('hex')).toBe('0000000000');
  expect(encodeCheck('ab').toString('hex')).toBe('00000000040a026162');
  expect(decodeCheck(framed(0x08, 0x02))).toBe('NOT_SERVING');
});

function endless(stream: ServerHttp2Stream): void {
  stream.respond(grpcHead);
  const pump = () => {
    while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
  };
  stream.on('drain', pump);
  pump();
}
