import { expect, test } from 'vitest';
import { startFaultServer } from '../../testing/fault-server.ts';
import { golden } from '../golden-for-test.ts';
import { startWebSocketPeer } from './peer-for-test.ts';
import { websocket } from './websocket.ts';

test('what is said and reported of an attempt', async () => {
  await using peer = await startWebSocketPeer({
    protocols: ['chat'],
    onMessage: (socket, text) => socket.send(`you said ${text}`),
  });
  await using closed = await startWebSocketPeer({ refusal: 403 });
  await using web = await startFaultServer();
  const value = `ws://127.0.0.1:${peer.port}/live?token=sesame`;
  const { port } = peer;
  const text = await golden(websocket, [
    { name: 'opens and closes', port, value: `ws://127.0.0.1:${port}/`, options: {} },
    {
      name: 'answers',
      port,
      value,
      options: { protocols: ['chat'], send: 'hello', expect: { message: '/^you/' } },
    },
    {
      name: 'answers with something else',
      port,
      value,
      options: { send: 'hello', expect: { message: 'ready', within: '200ms' } },
    },
    { name: 'refuses', port: closed.port, value: `ws://127.0.0.1:${closed.port}/`, options: {} },
    { name: 'a web server', port: web.port, value: `ws://127.0.0.1:${web.port}/`, options: {} },
    { name: 'nobody there', port: 1, value: 'ws://127.0.0.1:1/', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
