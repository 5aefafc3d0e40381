import { expect, test } from 'vitest';
import { startScriptedPeer } from '../../net/peers-for-test.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { golden } from '../golden-for-test.ts';
import { tcp } from './tcp.ts';

test('what is said and reported of an attempt', async () => {
  await using peer = await startFaultServer();
  await using mail = await startScriptedPeer(['220 mail ESMTP\r\n', /EHLO/, '250 mail\r\n', 'hang']);
  const open = `127.0.0.1:${peer.port}`;
  const text = await golden(tcp, [
    { name: 'open', port: peer.port, value: open, options: {} },
    { name: 'refused', port: 1, value: '127.0.0.1:1', options: {} },
    { name: 'open, and should be closed', port: peer.port, value: open, options: { expect: 'closed' } },
    { name: 'closed, as it should be', port: 1, value: '127.0.0.1:1', options: { expect: 'closed' } },
    {
      name: 'a dialogue',
      port: mail.port,
      value: `127.0.0.1:${mail.port}`,
      options: { dialogue: [{ expect: '/^220 /' }, { send: 'EHLO x\r\n' }, { expect: '/^250 /' }] },
    },
    {
      name: 'a dialogue in which the peer says something else',
      port: mail.port,
      value: `127.0.0.1:${mail.port}`,
      options: { dialogue: [{ expect_hex: '0a' }] },
    },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
