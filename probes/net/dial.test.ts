import { describe, expect, test } from 'vitest';
import type { Address, Run } from '../model.ts';
import { emptyMemory } from '../probers/attempt-for-test.ts';
import { Recorder } from '../probers/recorder.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { ownTime } from '../testing/own-time.ts';
import { startSilentPort } from '../testing/silent-port.ts';
import { connectFailure, dial } from './dial.ts';
import { Failure } from './failure.ts';

const address = (text: string): Address => ({ address: text, family: text.includes(':') ? 6 : 4 });

/** What came of dialling `panel` where it has these addresses. */
async function dialled(port: number, addresses: readonly string[], timeoutMs = 400): Promise<string> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('deadline')), timeoutMs);
  const run: Run = {
    signal: controller.signal,
    timeoutMs,
    resolve: async () => addresses.map(address),
    memory: emptyMemory(),
    now: Date.now,
  };
  try {
    const { socket, address: used } = await dial({ host: 'panel', port }, 'any', 'an open port', run, new Recorder());
    socket.destroy();
    return `connected to ${used.address}`;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.reason}: ${error.found}`;
  } finally {
    clearTimeout(timer);
  }
}

describe('dial', () => {
  test('does not let a dead address use up the time of a good one', async () => {
    await using dead = await startSilentPort('127.0.0.2');
    await using good = await startSilentPort('127.0.0.3', dead.port);
    expect(good.port).toBe(dead.port);
    await using peer = await startFaultServer({ port: dead.port });
    expect(await dialled(peer.port, ['127.0.0.2', '127.0.0.3', '127.0.0.1'], 600)).toBe('connected to 127.0.0.1');
  });

  test('goes on after a refusal at once', async () => {
    await using peer = await startFaultServer();
    expect(await dialled(peer.port, ['127.0.0.2', '127.0.0.1'])).toBe('connected to 127.0.0.1');
  });

  test('names the last address where none answers', async () => {
    expect(await dialled(1, ['127.0.0.2', '127.0.0.3'])).toBe(
      'connect_refused: connection refused by 127.0.0.3:1 (tried 2 of 2 addresses)',
    );
  });

  test('waits for a silent address until the deadline', async () => {
    await using silent = await startSilentPort();
    const took = await ownTime(async () => {
      expect(await dialled(silent.port, ['127.0.0.1'], 250)).toBe(
        `connect_timeout: no answer from 127.0.0.1:${silent.port} in 250 ms`,
      );
    });
    expect(took).toBeLessThan(300);
  });

  test('a name without an address does not resolve', async () => {
    expect(await dialled(1, [])).toBe('dns_not_found: no address of panel');
  });
});

describe('an address that the system cannot use', () => {
  test.each([
    {
      name: 'is out of reach where the host has no IPv6',
      code: 'EADDRNOTAVAIL',
      where: '[2001:db8::1]:443',
      speaksIpv6: false,
      is: ['connect_unreachable', '[2001:db8::1]:443 cannot be reached: this host has no IPv6 (EADDRNOTAVAIL)'],
    },
    {
      name: 'is so too where the kernel was built without it',
      code: 'EAFNOSUPPORT',
      where: '[2001:db8::1]:443',
      speaksIpv6: false,
      is: ['connect_unreachable', '[2001:db8::1]:443 cannot be reached: this host has no IPv6 (EAFNOSUPPORT)'],
    },
    {
      name: 'is trouble of the prober where the host has IPv6: no local port is left',
      code: 'EADDRNOTAVAIL',
      where: '[2001:db8::1]:443',
      speaksIpv6: true,
      is: ['internal', 'the prober could not open a socket for [2001:db8::1]:443 (EADDRNOTAVAIL)'],
    },
    {
      name: 'is that as well by IPv4',
      code: 'EADDRNOTAVAIL',
      where: '192.0.2.1:443',
      speaksIpv6: false,
      is: ['internal', 'the prober could not open a socket for 192.0.2.1:443 (EADDRNOTAVAIL)'],
    },
  ])('$name', ({ code, where, speaksIpv6, is }) => {
    expect(connectFailure(code, where, () => speaksIpv6)).toEqual(is);
  });
});
