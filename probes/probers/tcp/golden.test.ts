import { expect, test } from 'vitest';
import { startFaultServer } from '../../testing/fault-server.ts';
import { golden } from '../golden-for-test.ts';
import { tcp } from './tcp.ts';

test('what is said and reported of an attempt', async () => {
  await using peer = await startFaultServer();
  const open = `127.0.0.1:${peer.port}`;
  const text = await golden(tcp, [
    { name: 'open', port: peer.port, value: open, options: {} },
    { name: 'refused', port: 1, value: '127.0.0.1:1', options: {} },
    { name: 'open, and should be closed', port: peer.port, value: open, options: { expect: 'closed' } },
    { name: 'closed, as it should be', port: 1, value: '127.0.0.1:1', options: { expect: 'closed' } },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
