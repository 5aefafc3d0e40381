import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Resolve } from '../../model.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import type { websocketOptions } from './options.ts';
import { startWebSocketPeer, type WebSocketPeerOptions } from './peer-for-test.ts';
import { websocket } from './websocket.ts';

type Options = z.input<typeof websocketOptions>;
const to = (port: number, path = '/') => `ws://127.0.0.1:${port}${path}`;

describe('websocket against a server of ws', () => {
  const cases: readonly {
    readonly name: string;
    readonly peer?: WebSocketPeerOptions;
    readonly options?: Options;
    readonly is: string | RegExp;
    readonly received?: readonly string[];
  }[] = [
    { name: 'opens and closes', is: 'pass', received: ['close 1000'] },
    {
      name: 'answers what is sent',
      peer: { onMessage: (socket, text) => socket.send(`you said ${text}`) },
      options: { send: 'hello', expect: { message: '/^you said hello$/' } },
      is: 'pass',
      received: ['hello', 'close 1000'],
    },
    {
      name: 'greets in the packet of its handshake',
      peer: { onOpen: (socket) => socket.send('hello') },
      options: { expect: { message: 'hello' } },
      is: 'pass',
    },
    {
      name: 'says other things first, one of them binary',
      peer: {
        onOpen: (socket) => {
          for (const text of ['one', 'two', Buffer.from('ready')]) socket.send(text);
        },
      },
      options: { expect: { message: 'ready' } },
      is: 'pass',
    },
    {
      name: 'says another thing only',
      peer: { onOpen: (socket) => socket.send('starting\nup') },
      options: { expect: { message: 'ready', within: '100ms' } },
      is: 'fail answer: found only the message starting up, expected a message with ready',
    },
    {
      name: 'says several other things',
      peer: {
        onOpen: (socket) => {
          for (const text of ['a', 'b', 'c'.repeat(200)]) socket.send(text);
        },
      },
      options: { expect: { message: 'ready', within: '100ms' } },
      is: `fail answer: found 3 messages, the last of them ${'c'.repeat(79)}…, expected a message with ready`,
    },
    {
      name: 'says nothing',
      options: { expect: { message: 'ready', within: '100ms' } },
      is: /^fail response_timeout: found no message in \d+ ms, expected a message with ready$/,
    },
    {
      name: 'takes longer than it may',
      options: { expect: { within: '0ms' } },
      is: /^fail slow: found an open WebSocket after \d+ ms, expected an open WebSocket within 0 ms$/,
    },
    {
      name: 'refuses',
      peer: { refusal: 401 },
      is: 'fail status: found status 401, expected status 101, the upgrade to a WebSocket',
      received: [],
    },
    { name: 'chooses a subprotocol', peer: { protocols: ['b'] }, options: { protocols: ['a', 'b'] }, is: 'pass' },
    {
      name: 'knows no subprotocol',
      options: { protocols: ['a'] },
      is: 'fail protocol: found no WebSocket: Server sent no subprotocol, expected a WebSocket',
    },
    {
      name: 'closes instead of answering',
      peer: { onMessage: (socket) => socket.close(1008, 'who are you?') },
      options: { send: 'hello', expect: { message: 'ready' } },
      is: 'fail response_closed: found a connection closed with code 1008: who are you?, expected a message with ready',
    },
    {
      name: 'closes after its message, as it may',
      peer: {
        onOpen: (socket) => {
          socket.send('ready');
          socket.close(1000);
        },
      },
      options: { expect: { message: 'ready' } },
      is: 'pass',
    },
    {
      name: 'closes after its message, since something is wrong',
      peer: {
        onOpen: (socket) => {
          socket.send('ready');
          socket.close(1011, 'out of memory');
        },
      },
      options: { expect: { message: 'ready' } },
      is: 'fail answer: found a connection closed with code 1011: out of memory, expected a close frame',
    },
    {
      name: 'hangs up instead of closing',
      peer: { onMessage: (_socket, _text, raw) => raw.destroy() },
      options: { send: 'hello' },
      is: 'fail response_closed: found a connection closed with no close frame, expected a close frame',
    },
    {
      name: 'resets the connection',
      peer: { onMessage: (_socket, _text, raw) => raw.resetAndDestroy() },
      options: { send: 'hello', expect: { message: 'ready' } },
      is: /^fail response_closed: found a connection (that was reset|closed with no close frame), expected a message with ready$/,
    },
    {
      name: 'sends more than it may',
      peer: { onOpen: (socket) => socket.send('x'.repeat(2_000)) },
      options: { message_limit: 1_000, expect: { message: 'x' } },
      is: 'fail body_too_large: found a message larger than allowed, expected a message with x',
    },
    {
      name: 'pings all the while',
      peer: {
        onOpen: (socket) => {
          for (let i = 0; i < 30; i++) socket.ping('x');
          socket.send('ready');
        },
      },
      options: { expect: { message: 'ready' } },
      is: 'pass',
    },
    {
      name: 'breaks a frame',
      peer: { onOpen: (_socket, raw) => raw.write(Buffer.from([0xff, 0xff, 0xff])) },
      options: { expect: { message: 'ready' } },
      is: /^fail protocol: found no WebSocket: Invalid WebSocket frame: .*, expected a message with ready$/,
    },
    {
      name: 'sends half a frame and hangs up',
      peer: {
        onOpen: (_socket, raw) => {
          raw.end(Buffer.from([0x81, 0x05, 0x68]));
        },
      },
      options: { expect: { message: 'h' } },
      is: /^fail response_closed: /,
    },
    {
      name: 'sends no UTF-8',
      peer: { onOpen: (_socket, raw) => raw.write(Buffer.from([0x81, 0x02, 0xc3, 0x28])) },
      options: { expect: { message: '(' } },
      is: 'fail protocol: found no WebSocket: Invalid WebSocket frame: invalid UTF-8 sequence, expected a message with (',
    },
  ];
  test.each(cases)('$name', async ({ peer: behaviour, options = {}, is, received }) => {
    await using peer = await startWebSocketPeer(behaviour);
    const outcome = await attempt(websocket, to(peer.port), options);
    expect(judgement(outcome)).toMatch(is);
    expect(peer.handshakes).toHaveLength(1);
    if (received) await expect.poll(() => peer.received).toEqual(received);
    await expect.poll(() => peer.open()).toBe(0);
  });

  test('headers, user and password are sent, and shown nowhere, not even where the server says them', async () => {
    await using peer = await startWebSocketPeer({
      onOpen: (socket) => socket.send('no: sesame-token, open-sesame, c2VjcmV0OnBhc3M=, first-message, key-of-query'),
    });
    const outcome = await attempt(websocket, `ws://secret:pass@127.0.0.1:${peer.port}/live?key=key-of-query`, {
      headers: { Origin: 'https://panel.example.org', 'X-Token': 'Bearer sesame-token', Cookie: 'open-sesame' },
      send: 'first-message',
      expect: { message: 'ready', within: '200ms' },
    });
    expect(peer.handshakes[0]).toMatchObject({
      path: '/live?key=key-of-query',
      headers: {
        origin: 'https://panel.example.org',
        'x-token': 'Bearer sesame-token',
        authorization: `Basic ${Buffer.from('secret:pass').toString('base64')}`,
        'user-agent': 'watchpost',
      },
    });
    expect(outcome.found).toBe('only the message no: [redacted], [redacted], [redacted], [redacted], [redacted]');
    const { value } = websocket;
    expect(websocket.target(value.parse('wss://secret:pass@a.example/live?key=x'))).toBe(
      'wss://[redacted]@a.example/live?key=[redacted]',
    );
  });

  test('a name is resolved by us, and stays in the handshake', async () => {
    await using peer = await startWebSocketPeer();
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const outcome = await attempt(websocket, `ws://panel.example.org:${peer.port}/`, {}, { resolve });
    expect(judgement(outcome)).toBe('pass');
    expect(peer.handshakes[0]?.headers.host).toBe(`panel.example.org:${peer.port}`);
    expect(outcome.samples.map(({ labels }) => labels?.phase).filter(Boolean)).toEqual([
      'resolve',
      'connect',
      'upgrade',
    ]);
  });

  test('over TLS, with the certificate judged', async () => {
    const [now, dayMs] = [Date.now(), 86_400_000];
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({
      names: ['panel.example.org'],
      notBefore: now - dayMs,
      notAfter: now + 9 * dayMs,
    });
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-websocket-'));
    const ca_file = join(folder, 'ca.pem');
    writeFileSync(ca_file, authority.ca);
    await using peer = await startWebSocketPeer({ tls: identity, onOpen: (socket) => socket.send('ready') });
    const url = `wss://127.0.0.1:${peer.port}/`;
    const server_name = 'panel.example.org';
    const passed = await attempt(websocket, url, { ca_file, server_name, expect: { message: 'ready' } });
    expect(judgement(passed)).toBe('pass');
    const phases = passed.samples.map(({ labels }) => labels?.phase).filter(Boolean);
    expect(phases).toEqual(['connect', 'tls', 'upgrade', 'message']);
    expect(await attempt(websocket, url, { ca_file })).toMatchObject({ reason: 'certificate_name' });
    expect(await attempt(websocket, url, { server_name })).toMatchObject({ reason: 'certificate_untrusted' });
    expect(await attempt(websocket, url, { ca_file, server_name, expect: { valid_for: '14d' } })).toMatchObject({
      reason: 'certificate_expiring',
    });
    const client = await authority.issue({ names: ['watchpost'], notBefore: now - dayMs, notAfter: now + dayMs });
    const [client_cert_file, client_key_file] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(client_cert_file, client.cert);
    writeFileSync(client_key_file, client.key);
    await using strict = await startWebSocketPeer({ tls: identity, clients: authority });
    const strictUrl = `wss://127.0.0.1:${strict.port}/`;
    const mine = { ca_file, server_name, client_cert_file, client_key_file };
    expect(judgement(await attempt(websocket, strictUrl, mine))).toBe('pass');
    expect(await attempt(websocket, strictUrl, { ca_file, server_name })).toMatchObject({
      reason: 'certificate_client',
    });
    rmSync(folder, { recursive: true });
  });
});

describe('websocket against what is none', () => {
  test.each([
    {
      name: 'a web server',
      path: '/ok',
      is: 'fail status: found status 200, expected status 101, the upgrade to a WebSocket',
    },
    {
      name: 'one that is ill',
      path: '/status-503',
      is: 'fail status: found status 503, expected status 101, the upgrade to a WebSocket',
    },
    {
      name: 'a redirect',
      path: '/redirect-to-ok',
      is: 'fail status: found status 302, expected status 101, the upgrade to a WebSocket',
    },
    {
      name: 'another upgrade',
      path: '/upgrade',
      is: 'fail protocol: found no WebSocket: Invalid Upgrade header, expected a WebSocket',
    },
    { name: 'no HTTP', path: '/no-http', is: /^fail protocol: found no WebSocket: Parse Error: / },
    {
      name: 'no answer',
      path: '/close-without-answer',
      is: 'fail response_closed: found a connection that was closed during the handshake, expected a WebSocket',
    },
    {
      name: 'a reset',
      path: '/reset-before-answer',
      is: /^fail response_closed: found a connection that was (reset|closed during the handshake), expected a WebSocket$/,
    },
    { name: 'headers without end', path: '/endless-headers', is: /^fail protocol: found no WebSocket: Parse Error: / },
  ])('$name', async ({ path, is }) => {
    await using peer = await startFaultServer();
    expect(judgement(await attempt(websocket, to(peer.port, path), {}))).toMatch(is);
    expect(peer.requests).toHaveLength(1);
    await expect.poll(() => peer.open()).toBe(0);
  });

  test.each([
    { name: 'whatever the bytes are', head: () => '' },
    {
      name: 'whatever the bytes behind a good handshake are',
      head: (key: string) => {
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        const lines = [
          'HTTP/1.1 101 X',
          'upgrade: websocket',
          'connection: upgrade',
          `sec-websocket-accept: ${accept}`,
        ];
        return `${lines.join('\r\n')}\r\n\r\n`;
      },
    },
  ])('comes to a verdict $name', async ({ head }) => {
    await using peer = await startRawPeer((socket, request) => {
      socket.write(head(/sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? ''));
      socket.write(randomBytes(1 + Math.floor(Math.random() * 300)));
      if (Math.random() < 0.3) socket.end();
    });
    for (let i = 0; i < 150; i++) {
      const outcome = await attempt(websocket, to(peer.port), { expect: { message: 'ready' } }, { timeoutMs: 30 });
      expect(outcome.verdict).toBe('fail');
    }
    await expect.poll(() => peer.open()).toBe(0);
  });
});

async function startRawPeer(answer: (socket: Socket, request: string) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.once('data', (chunk) => answer(socket, String(chunk))).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
