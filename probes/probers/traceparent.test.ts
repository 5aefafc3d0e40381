import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { attempt, judgement } from './attempt-for-test.ts';
import { grpc } from './grpc/grpc.ts';
import { startGrpcPeer } from './grpc/peer-for-test.ts';
import { http } from './http/http.ts';
import { startWebSocketPeer } from './websocket/peer-for-test.ts';
import { websocket } from './websocket/websocket.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

async function startServer(redirectTo?: string) {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    asked.push(headers.traceparent as string | undefined);
    response.writeHead(redirectTo === undefined ? 200 : 302, redirectTo === undefined ? {} : { location: redirectTo });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('a traced attempt tells the target so', () => {
  test('by HTTP, and not another one to which that redirects', async () => {
    await using other = await startServer();
    await using target = await startServer(other.url);
    const outcome = await attempt(http, target.url, { redirects: 1 }, { traceparent });
    expect(judgement(outcome)).toBe('pass');
    expect([target.asked, other.asked]).toEqual([[traceparent], [undefined]]);
  });

  test('by HTTP, unless the user has said otherwise', async () => {
    await using target = await startServer();
    await attempt(http, target.url, { headers: { traceparent: 'mine' } }, { traceparent });
    expect(target.asked).toEqual(['mine']);
  });

  test('by gRPC', async () => {
    await using peer = await startGrpcPeer();
    expect(judgement(await attempt(grpc, `127.0.0.1:${peer.port}`, {}, { traceparent }))).toBe('pass');
    expect(peer.calls[0]?.metadata).toMatchObject({ traceparent });
  });

  test('by WebSocket', async () => {
    await using peer = await startWebSocketPeer();
    expect(judgement(await attempt(websocket, `ws://127.0.0.1:${peer.port}/`, {}, { traceparent }))).toBe('pass');
    expect(peer.handshakes[0]?.headers.traceparent).toBe(traceparent);
  });
});

test('an attempt that is not traced tells nothing of it', async () => {
  await using target = await startServer();
  await attempt(http, target.url, {});
  expect(target.asked).toEqual([undefined]);
});
