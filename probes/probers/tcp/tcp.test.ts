import { describe, expect, test } from 'vitest';
import type { Resolve } from '../../model.ts';
import { startScriptedPeer } from '../../net/peers-for-test.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { ownTime } from '../../testing/own-time.ts';
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
    const took = await ownTime(async () => {
      const outcome = await attempt(tcp, `127.0.0.1:${silent.port}`, { expect: 'closed' }, { timeoutMs: 200 });
      expect(judgement(outcome)).toBe('pass');
      expect(outcome.durationMs).toBeGreaterThan(190);
    });
    expect(took).toBeLessThan(250);
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
      `fail connect_open: found a connection accepted by 127.0.0.1:${peer.port} (of this host, where a firewall is not in the way), expected a closed port`,
    );
  });

  test('a closed port of this host is said to show nothing of a firewall', async () => {
    const outcome = await attempt(tcp, '127.0.0.1:1', { expect: 'closed' });
    expect(outcome).toMatchObject({
      verdict: 'pass',
      steps: [{ text: 'warning: 127.0.0.1 is an address of this host, where a firewall is not in the way' }],
      traits: { firewall: 'not in the way: 127.0.0.1 is an address of this host' },
    });
  });

  test('a name that does not resolve is no closed port', async () => {
    const outcome = await attempt(tcp, 'nowhere.invalid:5432', { expect: 'closed' });
    expect(outcome).toMatchObject({ verdict: 'fail', reason: expect.stringMatching(/^dns_/) });
  });

  test('IPv6 is dialled where it is asked for', async () => {
    await using peer = await startScriptedPeer([], '::1');
    const resolve: Resolve = async (_, family) =>
      [
        { address: '127.0.0.1', family: 4 as const },
        { address: '::1', family: 6 as const },
      ].filter((address) => family === 'any' || address.family === family);
    const probe = async (ip: 4 | 6 | 'any') => {
      const outcome = await attempt(tcp, `panel:${peer.port}`, { ip }, { resolve });
      return `${outcome.verdict} ${outcome.samples.find(({ metric }) => metric === 'probe_ip_protocol')?.value}`;
    };
    expect(await Promise.all([probe(4), probe(6), probe('any')])).toEqual(['fail undefined', 'pass 6', 'pass 6']);
    expect(judgement(await attempt(tcp, `[::1]:${peer.port}`, { ip: 6 }))).toBe('pass');
  });

  test('the name of a part of the stack is found where the caller says', async () => {
    await using peer = await startFaultServer();
    const overrides = new Map([['demo', '127.0.0.1']]);
    expect(judgement(await attempt(tcp, `demo:${peer.port}`, {}, { overrides }))).toBe('pass');
  });
});
