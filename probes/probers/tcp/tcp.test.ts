import { describe, expect, test } from 'vitest';
import type { Resolve } from '../../model.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { startSilentPort } from '../../testing/silent-port.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { tcp } from './tcp.ts';

describe('tcp', () => {
  test('an open port passes, and the connection is closed', async () => {
    await using peer = await startFaultServer();
    expect(judgement(await attempt(tcp, `127.0.0.1:${peer.port}`, {}))).toBe('pass');
    await expect.poll(() => ({ accepted: peer.accepted(), open: peer.open() })).toEqual({ accepted: 1, open: 0 });
  });

  test('a silent port is no open one', async () => {
    await using silent = await startSilentPort();
    expect(judgement(await attempt(tcp, `127.0.0.1:${silent.port}`, {}, { timeoutMs: 200 }))).toBe(
      `fail connect_timeout: found no answer from 127.0.0.1:${silent.port} in 200 ms, expected an open port`,
    );
  });

  test('a silent port passes where it must be closed, once all of the time is over', async () => {
    await using silent = await startSilentPort();
    const outcome = await attempt(tcp, `127.0.0.1:${silent.port}`, { expect: 'closed' }, { timeoutMs: 200 });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.durationMs).toBeGreaterThan(190);
    expect(outcome.durationMs).toBeLessThan(250);
  });

  test('one open address of several is an open port', async () => {
    await using peer = await startFaultServer();
    const resolve: Resolve = async () => [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const outcome = await attempt(tcp, `panel:${peer.port}`, { expect: 'closed' }, { resolve });
    expect(outcome).toMatchObject({ verdict: 'fail', reason: 'connect_open' });
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
