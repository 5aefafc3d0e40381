import { describe, expect, test } from 'vitest';
import type { Outcome, Resolve } from '../model.ts';
import { attempt, judgement } from '../probers/attempt-for-test.ts';
import { tcp } from '../probers/tcp/tcp.ts';
import { tls } from '../probers/tls/tls.ts';
import { createAuthority } from '../testing/certificates.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { ownTime } from '../testing/own-time.ts';
import { startSilentPort } from '../testing/silent-port.ts';
import { startTlsPeer } from './peers-for-test.ts';

const resolveTo =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const all = { all_addresses: true };

describe('all addresses', () => {
  test('pass, each by a connection of its own', async () => {
    await using peer = await startFaultServer();
    const resolve = resolveTo('127.0.0.1', '127.0.0.1', '127.0.0.1');
    const outcome = await attempt(tcp, `panel:${peer.port}`, all, { resolve });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.traits).toEqual({ addresses: '127.0.0.1 127.0.0.1 127.0.0.1' });
    await expect.poll(() => peer.accepted()).toBe(3);
  });

  test('say which one is bad, though another one answers', async () => {
    await using peer = await startFaultServer();
    const resolve = resolveTo('127.0.0.1', '127.0.0.3', '127.0.0.1');
    const outcome = await attempt(tcp, `panel:${peer.port}`, all, { resolve });
    expect(judgement(outcome)).toBe(
      `fail connect_refused: found 2 of 3 addresses passed; connection refused by 127.0.0.3:${peer.port}, expected an open port`,
    );
    expect(stepsOf(outcome)).toEqual([
      'panel resolved to 127.0.0.1, 127.0.0.3, 127.0.0.1',
      '127.0.0.1: panel resolved to 127.0.0.1',
      `127.0.0.1: connected to 127.0.0.1:${peer.port}`,
      '127.0.0.3: panel resolved to 127.0.0.3',
      `127.0.0.3: found connection refused by 127.0.0.3:${peer.port}`,
      '127.0.0.3: expected an open port',
      '127.0.0.1: panel resolved to 127.0.0.1',
      `127.0.0.1: connected to 127.0.0.1:${peer.port}`,
    ]);
  });

  test('are probed at the same time: a silent one does not take the time of the others', async () => {
    await using silent = await startSilentPort('127.0.0.2');
    await using another = await startSilentPort('127.0.0.3', silent.port);
    await using peer = await startFaultServer({ port: another.port });
    const resolve = resolveTo('127.0.0.2', '127.0.0.3', '127.0.0.1');
    let judged = '';
    const took = await ownTime(async () => {
      judged = judgement(await attempt(tcp, `panel:${peer.port}`, all, { resolve, timeoutMs: 300 }));
    });
    expect(judged).toBe(
      `fail connect_timeout: found 1 of 3 addresses passed; no answer from 127.0.0.2:${peer.port} in 300 ms; no answer from 127.0.0.3:${peer.port} in 300 ms, expected an open port`,
    );
    expect(took).toBeLessThan(350);
  });

  test('have the expiry of the certificate that expires first, and the address where what was found does not say it', async () => {
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const authority = await createAuthority('addresses', now);
    const until = async (days: number) =>
      await authority.issue({ names: ['panel'], notBefore: now - 1_000, notAfter: now + days * 86_400_000 });
    await using late = await startTlsPeer(await until(90));
    await using soon = await startTlsPeer(await until(9), '127.0.0.2', late.port);
    const resolve = resolveTo('127.0.0.1', '127.0.0.2');
    const probe = (valid: string) =>
      attempt(tls, `panel:${soon.port}`, { ...all, trust: 'any', expect: { valid_for: valid } }, { resolve });
    expect(await probe('5d')).toMatchObject({
      verdict: 'pass',
      samples: expect.arrayContaining([{ metric: 'probe_ssl_earliest_cert_expiry', value: now / 1_000 + 9 * 86_400 }]),
    });
    const bad = await probe('21d');
    expect(bad).toMatchObject({ verdict: 'fail', reason: 'certificate_expiring' });
    expect(bad.found).toMatch(/^1 of 2 addresses passed; 127\.0\.0\.2: a certificate that expires in /);
  });

  test('report the time that resolving took, which none of them spent', async () => {
    await using peer = await startFaultServer();
    const resolve: Resolve = async (...asked) => {
      await new Promise((resolved) => setTimeout(resolved, 60));
      return await resolveTo('127.0.0.1', '127.0.0.1')(...asked);
    };
    const { samples } = await attempt(tcp, `panel:${peer.port}`, all, { resolve });
    expect(samples.find(({ metric }) => metric === 'probe_dns_lookup_time_seconds')?.value).toBeGreaterThan(0.055);
  });

  test('are one where an address is probed, and none where the name does not resolve', async () => {
    await using peer = await startFaultServer();
    expect(judgement(await attempt(tcp, `127.0.0.1:${peer.port}`, all))).toBe('pass');
    expect(judgement(await attempt(tcp, 'panel:1', all, { resolve: resolveTo() }))).toBe(
      'fail dns_not_found: found no address of panel, expected addresses of panel',
    );
  });
});

function stepsOf({ steps }: Outcome): readonly string[] {
  return steps.map(({ text }) => text);
}
