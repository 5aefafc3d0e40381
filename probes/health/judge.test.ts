import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Address, Outcome, Resolve } from '../model.ts';
import type { HostPort } from '../net/host-port.ts';
import { attempt } from '../probers/attempt-for-test.ts';
import { flow } from '../probers/flow/flow.ts';
import { http } from '../probers/http/http.ts';
import { redis } from '../probers/redis/redis.ts';
import { tcp } from '../probers/tcp/tcp.ts';
import { OwnWork } from '../schedule/own-work.ts';
import { failed, passed, sampleProbe } from '../state/sample-probe.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { startSilentPort } from '../testing/silent-port.ts';
import { EventLoopWatch } from './event-loop.ts';
import { judge } from './judge.ts';
import { References } from './references.ts';

const now = () => performance.now();
const far = sampleProbe({ endpoints: [{ host: 'app.example.org', port: 443 }] });

async function setUp(references: readonly HostPort[] = []) {
  const loop = new EventLoopWatch(now);
  onTestFinished(() => loop[Symbol.dispose]());
  const resolve = async (host: string): Promise<readonly Address[]> => [{ address: host, family: 4 }];
  const uplink = new References({ resolve, now });
  uplink.configure(references);
  return { loop, references: uplink };
}

/** The thread stands still, as when the process is stopped. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a stall of the event loop', () => {
  const cases = [
    { name: 'that the attempt caused itself is no excuse', ownShare: 1, is: 'response_timeout' },
    { name: 'that others caused is one', ownShare: 0, is: 'event_loop' },
    { name: 'that it caused with three others is none', ownShare: 0.25, is: 'response_timeout' },
    { name: 'in which it did its own small work is one', ownShare: 0.02, is: 'event_loop' },
  ];
  test.each(cases)('$name: $is', async ({ ownShare, is }) => {
    const options = await setUp();
    const work = new OwnWork();
    const from = now();
    standStill(600);
    const to = now();
    if (ownShare > 0) work.add(to, (to - from) * ownShare);
    expect(await judge(far, failed('response_timeout'), from, to, { ...options, work })).toMatchObject({
      reason: is,
    });
  });
});

describe('an event loop that stood still', () => {
  const cases: readonly { name: string; outcome: Outcome; ms: number; tookMs: number; is: string }[] = [
    { name: 'for most of a time-out', outcome: failed('response_timeout'), ms: 300, tookMs: 0, is: 'event_loop' },
    {
      name: 'for a small part of it',
      outcome: failed('response_timeout'),
      ms: 150,
      tookMs: 5_000,
      is: 'response_timeout',
    },
    { name: 'while a wrong status came in', outcome: failed('status'), ms: 300, tookMs: 0, is: 'status' },
    { name: 'while all was well', outcome: passed(), ms: 300, tookMs: 0, is: 'ok' },
    { name: 'too shortly to matter', outcome: failed('connect_timeout'), ms: 70, tookMs: 0, is: 'connect_timeout' },
  ];
  test.each(cases)('$name: $is', async ({ outcome, ms, tookMs, is }) => {
    const options = await setUp();
    const from = now();
    standStill(ms);
    expect(await judge(far, outcome, from - tookMs, now(), options)).toMatchObject({ reason: is });
  });

  test('before the attempt began is nothing to it', async () => {
    const options = await setUp();
    standStill(200);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const from = now();
    expect(await judge(far, failed('response_timeout'), from, now() + 1, options)).toMatchObject({ verdict: 'fail' });
  });

  test('is said, with what it would have been', async () => {
    const options = await setUp();
    const from = now();
    standStill(300);
    const outcome = await judge(far, failed('response_timeout'), from, now(), options);
    expect(outcome).toMatchObject({ verdict: 'inconclusive', expected: '' });
    expect(outcome.found).toMatch(/^\d+ ms lost of \d+ ms$/);
    expect(outcome.steps.at(-1)?.text).toMatch(/^would have failed \(response_timeout: status 503\), but: /);
  });
});

describe('the references', () => {
  const dead: HostPort = { host: '127.0.0.9', port: 9 };

  test.each([
    { name: 'a far target is inconclusive when none answers', probe: far, reason: 'connect_timeout', is: 'uplink' },
    { name: 'a refusal came from somebody', probe: far, reason: 'connect_refused', is: 'connect_refused' },
    { name: 'so did a status', probe: far, reason: 'status', is: 'status' },
    { name: 'and an unknown name', probe: far, reason: 'dns_not_found', is: 'dns_not_found' },
    {
      name: 'a private address is not beyond the uplink',
      probe: sampleProbe({ endpoints: [{ host: '10.0.0.5', port: 80 }] }),
      reason: 'connect_timeout',
      is: 'connect_timeout',
    },
    {
      name: 'nor is a container',
      probe: sampleProbe({ endpoints: [{ host: 'postgres', port: 5432 }] }),
      reason: 'connect_timeout',
      is: 'connect_timeout',
    },
  ] as const)('$name', async ({ probe, reason, is }) => {
    await using silent = await startSilentPort('127.0.0.9');
    const options = await setUp([{ ...dead, port: silent.port }]);
    expect(await judge(probe, failed(reason), now(), now(), options)).toMatchObject({ reason: is });
  });

  describe('a real dial', () => {
    const two: Resolve = async () => [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.3', family: 4 },
    ];
    const never: Resolve = (_, __, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    /** The first name is in the own network, the others do not resolve in time. */
    const onlyFirst: Resolve = (host, family, signal) =>
      host === 'shop.example.org'
        ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
        : never(host, family, signal);
    const limits = { timeoutMs: 300 };

    const cases: readonly {
      readonly name: string;
      /** @param port one that is silent at 127.0.0.2 and 127.0.0.3 @param peer one that answers at 127.0.0.1 */
      readonly outcome: (port: number, peer: number) => Promise<Outcome>;
      readonly is: string;
    }[] = [
      {
        name: 'of a name with two private addresses is not beyond the uplink (tcp)',
        outcome: (port) => attempt(tcp, `app.example.org:${port}`, {}, { ...limits, resolve: two }),
        is: 'connect_timeout',
      },
      {
        name: 'of such a name by HTTP',
        outcome: (port) => attempt(http, `http://app.example.org:${port}/`, {}, { ...limits, resolve: two }),
        is: 'connect_timeout',
      },
      {
        name: 'of such a name by Redis',
        outcome: (port) => attempt(redis, `redis://app.example.org:${port}`, {}, { ...limits, resolve: two }),
        is: 'connect_timeout',
      },
      {
        name: 'of each of its addresses',
        outcome: (port) =>
          attempt(tcp, `app.example.org:${port}`, { all_addresses: true }, { ...limits, resolve: two }),
        is: 'connect_timeout',
      },
      {
        name: 'of such a name in a step of a flow',
        outcome: (port) =>
          attempt(flow, [{ name: 'log in', http: `http://app.example.org:${port}/` }], {}, { ...limits, resolve: two }),
        is: 'connect_timeout',
      },
      {
        name: 'of a private address that a redirect leads to',
        outcome: (port, peer) => {
          const url = `http://shop.example.org:${peer}/redirect-to?http://127.0.0.2:${port}/`;
          return attempt(http, url, { redirects: 1, redirects_to: ['127.0.0.2'] }, { ...limits, resolve: onlyFirst });
        },
        is: 'connect_timeout',
      },
      {
        name: 'of a name of the own network that does not resolve in time',
        outcome: (port) => attempt(tcp, `db.internal:${port}`, {}, { ...limits, resolve: never }),
        is: 'dns_failed',
      },
      {
        name: 'of a name that does not resolve in time may be the uplink',
        outcome: (port) => attempt(tcp, `app.example.org:${port}`, {}, { ...limits, resolve: never }),
        is: 'uplink',
      },
      {
        name: 'that fails beyond the uplink after a step in the own network may be the uplink',
        outcome: (port, peer) => {
          const steps = [
            { name: 'here', http: `http://shop.example.org:${peer}/ok` },
            { name: 'far away', http: `http://app.example.org:${port}/` },
          ];
          return attempt(flow, steps, {}, { ...limits, resolve: onlyFirst });
        },
        is: 'uplink',
      },
    ];
    test.each(cases)('$name: $is', async ({ outcome, is }) => {
      await using reference = await startSilentPort('127.0.0.9');
      await using silent = await startSilentPort('127.0.0.2');
      await using _other = await startSilentPort('127.0.0.3', silent.port);
      await using peer = await startFaultServer();
      const options = await setUp([{ ...dead, port: reference.port }]);
      const came = await outcome(silent.port, peer.port);
      expect(came).toMatchObject({ verdict: 'fail' });
      expect(await judge(far, came, now(), now(), options)).toMatchObject({ reason: is });
    });
  });

  test('one that answers is enough, and all that fail together ask once', async () => {
    let asked = 0;
    const server = createServer((socket) => {
      asked++;
      socket.on('error', () => {}).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await using silent = await startSilentPort('127.0.0.9');
    const options = await setUp([
      { ...dead, port: silent.port },
      { host: '127.0.0.1', port },
    ]);
    const judged = await Promise.all(
      Array.from({ length: 50 }, () => judge(far, failed('connect_timeout'), now(), now(), options)),
    );
    expect(new Set(judged.map(({ verdict }) => verdict))).toEqual(new Set(['fail']));
    expect(asked).toBe(1);
  });

  test('without any, a host that is cut off says that its targets are down', async () => {
    const options = await setUp();
    expect(await judge(far, failed('connect_timeout'), now(), now(), options)).toMatchObject({ verdict: 'fail' });
  });
});
