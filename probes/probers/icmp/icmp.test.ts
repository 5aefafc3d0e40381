import { describe, expect, test } from 'vitest';
import type { Resolve } from '../../model.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { icmp } from './icmp.ts';
import { mayPing, otherPing, withoutPing } from './ping-for-test.ts';

const allowed = mayPing();

describe.skipIf(!allowed)(`icmp${allowed ? '' : ' (skipped: this machine does not let us ping)'}`, () => {
  test.each([
    { name: 'an address of version 4', host: '127.0.0.1' },
    { name: 'an address of version 6', host: '::1' },
    { name: 'a name', host: 'localhost' },
  ])('$name', async ({ host }) => {
    const outcome = await attempt(icmp, host, {});
    expect(judgement(outcome)).toBe('pass');
    const seconds = outcome.samples.find(({ labels }) => labels?.phase === 'rtt')?.value ?? -1;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(0.5);
  });

  test('several requests of a size, with a hop limit', async () => {
    const outcome = await attempt(icmp, '127.0.0.1', {
      count: 3,
      size: 1_000,
      ttl: 9,
      expect: { replies: 3, within: '1s' },
    });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.samples).toContainEqual({ metric: 'watchpost_probe_icmp_loss_ratio', value: 0 });
    expect(outcome.steps.filter(({ text }) => text.startsWith('reply '))).toHaveLength(3);
  });

  test('a reply that takes too long', async () => {
    expect(await attempt(icmp, '127.0.0.1', { expect: { within: '0ms' } })).toMatchObject({ reason: 'slow' });
  });
});

describe('icmp, where ping', () => {
  const notPermitted = 'inconclusive not_permitted: found';
  const cases: readonly { readonly name: string; readonly script: string; readonly is: string | RegExp }[] = [
    {
      name: 'lacks permission',
      script: `echo 'ping: socktype: SOCK_RAW
ping: socket: Operation not permitted
ping: => missing cap_net_raw+p capability or setuid?' >&2; exit 2`,
      is: `${notPermitted} a ping without permission: allow its group in net.ipv4.ping_group_range (in Docker by --sysctl), or give it cap_net_raw, expected a reply to the echo requests`,
    },
    {
      name: 'finds no way',
      script: "echo 'ping: connect: Network is unreachable' >&2; exit 2",
      is: 'fail connect_unreachable: found 127.0.0.1: network is unreachable, expected a reply to the echo requests',
    },
    {
      name: 'is told by a router',
      script: "echo 'From fe80::1%eth0 icmp_seq=1 Destination unreachable: Address unreachable'; exit 1",
      is: 'fail connect_unreachable: found Destination unreachable: Address unreachable, says fe80::1%eth0, expected a reply to the echo requests',
    },
    {
      name: 'has another request as reply',
      script: "echo '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=1.00 ms (BAD CHECKSUM!)'; exit 1",
      is: 'fail no_reply: found no reply from 127.0.0.1 in 2 s, expected a reply to the echo requests',
    },
    {
      name: 'does not know its options',
      script: "echo 'ping: unrecognized option: W' >&2; exit 64",
      is: 'inconclusive internal: found a ping that ended with 64 and said: ping: unrecognized option: W, expected a reply to the echo requests',
    },
    {
      name: 'prints without end',
      script: 'exec yes',
      is: 'fail no_reply: found no reply from 127.0.0.1 in 300 ms, expected a reply to the echo requests',
    },
    {
      name: 'does not mind a signal',
      script: "trap '' TERM INT HUP; while :; do read x < /dev/zero; done",
      is: /^fail no_reply:/,
    },
  ];
  test.each(cases)('$name', async ({ script, is }) => {
    await using ping = otherPing(script);
    const timeoutMs = /yes|trap/.test(script) ? 300 : 2_000;
    expect(judgement(await attempt(icmp, '127.0.0.1', {}, { timeoutMs }))).toMatch(is);
    await expect.poll(() => ping.processes()).toBe(0);
  });

  test('is missing', async () => {
    using _ = withoutPing();
    expect(judgement(await attempt(icmp, '127.0.0.1', {}))).toBe(
      `${notPermitted} no program ping: install iputils-ping, expected a reply to the echo requests`,
    );
  });

  test('is asked for an address, never for a name, and only for what the configuration says', async () => {
    await using _ping = otherPing('echo "$@" "LC_ALL=$LC_ALL" "HOME=$HOME" >&2; exit 3');
    const resolve: Resolve = async () => [{ address: '2001:db8::1', family: 6 }];
    const outcome = await attempt(
      icmp,
      'gateway.example.org',
      { count: 2, size: 100, ttl: 7 },
      { resolve, timeoutMs: 1_000 },
    );
    expect(outcome.found).toMatch(
      /^a ping that ended with 3 and said: -6 -n -c 2 -i 0\.2 -W 0\.7\d\d -s 100 -t 7 -- 2001:db8::1 LC_ALL=C HOME=$/,
    );
  });

  test('is asked for the next address where one does not answer', async () => {
    await using _ping = otherPing(
      "for address; do :; done; [ $address = 192.0.2.2 ] && echo '64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=1.5 ms'",
    );
    const resolve: Resolve = async () => [
      { address: '192.0.2.1', family: 4 },
      { address: '192.0.2.2', family: 4 },
    ];
    const outcome = await attempt(icmp, 'gateway.example.org', {}, { resolve });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.steps[2]?.text).toMatch(/^no reply from 192\.0\.2\.1 in (1 s|9\d\d ms)$/);
  });

  test('is not started where the run is over', async () => {
    await using ping = otherPing('exec sleep 60');
    const outcome = await attempt(icmp, '127.0.0.1', {}, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ verdict: 'fail' });
    expect(ping.processes()).toBe(0);
  });
});
