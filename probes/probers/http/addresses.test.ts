import { expect, test } from 'vitest';
import type { Resolve } from '../../model.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';

const two: Resolve = async () => [
  { address: '127.0.0.1', family: 4 },
  { address: '127.0.0.2', family: 4 },
];

test('all_addresses asks every address and names the one that does not answer', async () => {
  await using peer = await startFaultServer();
  const url = `http://panel:${peer.port}/ok`;
  expect(judgement(await attempt(http, url, {}, { resolve: two }))).toBe('pass');
  const outcome = await attempt(http, url, { all_addresses: true }, { resolve: two });
  expect(outcome).toMatchObject({ verdict: 'fail', reason: 'connect_refused' });
  expect(outcome.found).toContain(`127.0.0.2:${peer.port}`);
  expect(peer.requests).toHaveLength(2);
});

test('all_addresses passes where every address does', async () => {
  await using peer = await startFaultServer();
  const resolve: Resolve = async () => [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  const url = `http://panel:${peer.port}/ok`;
  expect(judgement(await attempt(http, url, { all_addresses: true }, { resolve }))).toBe('pass');
  expect(peer.requests).toHaveLength(2);
});
