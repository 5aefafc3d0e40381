import { describe, expect, test } from 'vitest';
import { attempt, judgement } from '../attempt-for-test.ts';
import { startWebSocketPeer, type WebSocketPeerOptions } from './peer-for-test.ts';
import { websocket } from './websocket.ts';

const to = (port: number) => `ws://127.0.0.1:${port}/`;

/** The message that was expected is there, and the peer says no good-bye, or a bad one. */
const goodbyes: readonly {
  readonly name: string;
  readonly onOpen: NonNullable<WebSocketPeerOptions['onOpen']>;
  readonly is: string;
  readonly step: string;
}[] = [
  {
    name: 'hangs up',
    onOpen: (_socket, raw) => raw.end(textFrame('ready')),
    is: 'pass',
    step: 'no good-bye: a connection closed with no close frame',
  },
  {
    name: 'hangs up in the middle of its close frame',
    onOpen: (_socket, raw) => raw.end(Buffer.concat([textFrame('ready'), Buffer.from([0x88, 0x02, 0x03])])),
    is: 'pass',
    step: 'no good-bye: a connection closed with no close frame',
  },
  {
    name: 'does not answer a close frame',
    onOpen: (_socket, raw) => raw.removeAllListeners('data').resume().write(textFrame('ready')),
    is: 'pass',
    step: 'no good-bye: no end of the closing handshake in 1 s',
  },
  {
    name: 'sends other messages for ever',
    onOpen: (_socket, raw) => {
      raw.removeAllListeners('data').resume().write(textFrame('ready'));
      const timer = setInterval(() => raw.write(textFrame('tick')), 20);
      raw.once('close', () => clearInterval(timer));
    },
    is: 'pass',
    step: 'no good-bye: no end of the closing handshake in 1 s',
  },
  {
    name: 'closes with 4401',
    onOpen: (socket) => {
      socket.send('ready');
      socket.close(4401, 'token expired');
    },
    is: 'fail answer: found a connection closed with code 4401: token expired, expected a close frame',
    step: '< closed with code 4401: token expired',
  },
  {
    name: 'closes with 1011',
    onOpen: (socket) => {
      socket.send('ready');
      socket.close(1011);
    },
    is: 'fail answer: found a connection closed with code 1011, expected a close frame',
    step: '< closed with code 1011',
  },
  {
    name: 'breaks a frame',
    onOpen: (_socket, raw) => raw.write(Buffer.concat([textFrame('ready'), Buffer.from([0xff, 0xff, 0xff])])),
    is: 'fail protocol: found no WebSocket: Invalid WebSocket frame: RSV2 and RSV3 must be clear, expected a close frame',
    step: 'expected a close frame',
  },
];

describe('websocket after the message that is expected, where the peer', () => {
  test.each(goodbyes)('$name', async ({ onOpen, is, step }) => {
    await using peer = await startWebSocketPeer({ onOpen });
    const outcome = await attempt(websocket, to(peer.port), { expect: { message: 'ready' } }, { timeoutMs: 5_000 });
    expect(judgement(outcome)).toBe(is);
    expect(outcome.steps.map(({ text }) => text)).toContain(step);
    await expect.poll(() => peer.open()).toBe(0);
  });

  test('resets the connection', async () => {
    await using peer = await startWebSocketPeer({
      onOpen: (socket, raw) => socket.send('ready', () => raw.resetAndDestroy()),
    });
    expect(judgement(await attempt(websocket, to(peer.port), { expect: { message: 'ready' } }))).toMatch(
      /^(pass|fail response_closed: .*, expected a message with ready)$/,
    );
  });

  test('does not say good-bye, and the time is short', async () => {
    await using peer = await startWebSocketPeer({
      onOpen: (_socket, raw) => raw.removeAllListeners('data').resume().write(textFrame('ready')),
    });
    const outcome = await attempt(websocket, to(peer.port), { expect: { message: 'ready' } }, { timeoutMs: 400 });
    expect(judgement(outcome)).toBe('pass');
  });
});

/** A whole message of a server, up to 125 bytes. */
function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
}
