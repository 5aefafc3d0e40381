import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { tcp } from './tcp.ts';

describe('tcp', () => {
  test('an open port passes', async () => {
    await using peer = await startFaultServer();
    expect(judgement(await attempt(tcp, `127.0.0.1:${peer.port}`, {}))).toBe('pass');
  });

  test('a refused connection fails and names the address', async () => {
    expect(judgement(await attempt(tcp, '127.0.0.1:1', {}))).toBe(
      'fail connect_refused: found connection refused by 127.0.0.1:1, expected an open port',
    );
  });

  test('a closed port passes where it must be closed', async () => {
    expect(judgement(await attempt(tcp, '127.0.0.1:1', { expect: 'closed' }))).toBe('pass');
  });

  test('an open port fails where it must be closed', async () => {
    await using peer = await startFaultServer();
    expect(judgement(await attempt(tcp, `127.0.0.1:${peer.port}`, { expect: 'closed' }))).toBe(
      `fail connect_open: found a connection accepted by 127.0.0.1:${peer.port}, expected a closed port`,
    );
  });

  test('a name that does not resolve is no closed port', async () => {
    const outcome = await attempt(tcp, 'nowhere.invalid:5432', { expect: 'closed' });
    expect(outcome).toMatchObject({ verdict: 'fail', reason: expect.stringMatching(/^dns_/) });
  });

  test('the name of a part of the stack is found where the caller says', async () => {
    await using peer = await startFaultServer();
    const overrides = new Map([['demo', '127.0.0.1']]);
    expect(judgement(await attempt(tcp, `demo:${peer.port}`, {}, { overrides }))).toBe('pass');
  });
});
