import { expect, test } from 'vitest';
import { startFaultServer } from '../../testing/fault-server.ts';
import { golden } from '../golden-for-test.ts';
import { grpc } from './grpc.ts';
import { startGrpcPeer } from './peer-for-test.ts';

test('what is said and reported of an attempt', async () => {
  await using peer = await startGrpcPeer({ serving: { '': 'SERVING', 'orders.v1.Orders': 'NOT_SERVING' } });
  await using bare = await startGrpcPeer({ withoutHealth: true });
  await using mail = await startFaultServer({ atAccept: 'greet' });
  const value = `127.0.0.1:${peer.port}`;
  const { port } = peer;
  const text = await golden(grpc, [
    { name: 'serves', port, value, options: {} },
    { name: 'does not serve', port, value, options: { service: 'orders.v1.Orders' } },
    { name: 'an unknown service', port, value, options: { service: 'stock.v1.Stock' } },
    { name: 'no health service', port: bare.port, value: `127.0.0.1:${bare.port}`, options: {} },
    { name: 'no gRPC at all', port: mail.port, value: `127.0.0.1:${mail.port}`, options: {} },
    { name: 'refused', port: 1, value: '127.0.0.1:1', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
