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
    const outcome = await attempt(icmp, 'gateway.example.org', {}, { resolve, timeoutMs: 2_000 });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.steps[2]?.text).toMatch(/^no reply from 192\.0\.2\.1 in (1 s|9\d\d ms)$/);
  });

  test('is not started where the run is over', async () => {
    await using ping = otherPing('exec sleep 60');
    const outcome = await attempt(icmp, '127.0.0.1', {}, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ verdict: 'fail' });
    expect(ping.processes()).toBe(0);
  });

  /** As iputils prints replies that are shorter than the request: without a time each, and with their times at the end. */
  const truncated = (received: number) => `echo 'PING 192.0.2.1 (192.0.2.1) 200(228) bytes of data.'
for i in $(seq 1 ${received}); do echo "76 bytes from 192.0.2.1: icmp_seq=$i ttl=117 (truncated)"; done
echo
echo '--- 192.0.2.1 ping statistics ---'
echo '3 packets transmitted, ${received} received, 0% packet loss, time 416ms'`;
  const summary = "\necho 'rtt min/avg/max/mdev = 10.000/12.000/14.000/0.122 ms'";
  const shortReplies: readonly {
    readonly name: string;
    readonly script: string;
    readonly options?: Parameters<typeof attempt<typeof icmp.value, typeof icmp.options>>[2];
    readonly is: string;
    readonly rtt?: number;
  }[] = [
    { name: 'is a reply', script: truncated(1) + summary, is: 'pass', rtt: 0.012 },
    {
      name: 'is a reply each time',
      script: truncated(3) + summary,
      options: { count: 3, expect: { replies: 3, within: '14ms' } },
      is: 'pass',
      rtt: 0.012,
    },
    {
      name: 'is late where the slowest of them is',
      script: truncated(3) + summary,
      options: { count: 3, expect: { replies: 3, within: '13ms' } },
      is: 'fail slow: found a reply after 14 ms, expected replies within 13 ms',
      rtt: 0.012,
    },
    {
      name: 'is a reply beside a whole one',
      script: `echo '208 bytes from 192.0.2.1: icmp_seq=1 ttl=117 time=10.0 ms'\n${truncated(0)}
echo '76 bytes from 192.0.2.1: icmp_seq=2 ttl=117 (truncated)'${summary}`,
      options: { count: 2, expect: { replies: 2 } },
      is: 'pass',
      rtt: 0.012,
    },
    { name: 'is a reply where ping was ended before it said the times', script: truncated(1), is: 'pass' },
    {
      name: 'is no reply in time where nobody knows when it came',
      script: truncated(1),
      options: { expect: { within: '50ms' } },
      is: 'fail slow: found replies without a time, expected replies within 50 ms',
    },
    {
      name: 'is too few where more are expected',
      script: truncated(2) + summary,
      options: { count: 3, expect: { replies: 3 } },
      is: 'fail no_reply: found 2 of 3 requests answered by 192.0.2.1, expected at least 3 of 3 requests answered',
      rtt: 0.012,
    },
  ];
  test.each(shortReplies)('a truncated reply $name', async ({ script, options = {}, is, rtt }) => {
    await using _ping = otherPing(script);
    const outcome = await attempt(icmp, '192.0.2.1', options);
    expect(judgement(outcome)).toBe(is);
    expect(outcome.samples.find(({ labels }) => labels?.phase === 'rtt')?.value).toBe(rtt);
    expect(outcome.steps.map(({ text }) => text).join()).toMatch(/reply [12], truncated, hop limit 117/);
  });
});
