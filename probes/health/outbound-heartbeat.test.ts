import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../stack/secret.ts';
import { Log } from '../export/log.ts';
import { OwnMetrics } from '../export/own-metrics.ts';
import { readExposition } from '../export/read-exposition.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { samplePlan } from '../state/sample-probe.ts';
import { OutboundHeartbeat } from './outbound-heartbeat.ts';

/** A heartbeat on a clock turned by hand, to a real server that answers as it is told. */
async function setUp(own: { readonly url?: () => Promise<Secret> } = {}) {
  const requests: string[] = [];
  const state = { status: 200, problem: undefined as string | undefined };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(state.status).end('OK');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/5e0f1f4a`;
  const clock = new ManualClock();
  const metrics = new OwnMetrics();
  const lines: string[] = [];
  const log = new Log({ clock, write: (line) => lines.push(line.slice(25)), sink: undefined });
  const faults: unknown[] = [];
  const plan = samplePlan({ heartbeatUrl: own.url ?? (async () => new Secret(`${url}\n`)) });
  const heartbeat = new OutboundHeartbeat({
    ...{ clock, metrics, log, plan: () => plan },
    unhealthy: () => state.problem,
    internal: (error) => faults.push(error),
  });
  onTestFinished(async () => {
    await heartbeat[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(faults).toEqual([]);
    expect(clock.pending).toBe(0);
    // The address is a secret.
    expect(`${lines.join('\n')}${await metrics.render()}`).not.toContain('5e0f1f4a');
  });
  heartbeat.start();
  const counts = async () => {
    const samples = readExposition(await metrics.render());
    const all = samples.filter(({ name }) => name === 'watchpost_outbound_heartbeats_total');
    return Object.fromEntries(all.map(({ labels, value }) => [labels.result, value]));
  };
  /** Turns the clock a second at a time, and lets real answers arrive in between. */
  const advance = async (ms: number) => {
    for (let i = 0; i < ms; i += 1_000) {
      await clock.advance(1_000);
      for (let turns = 0; turns < 20; turns++) await turn();
    }
  };
  return { requests, state, lines, counts, advance };
}

test('somebody outside is told every minute, for the first time after a minute', async () => {
  const { requests, lines, counts, advance } = await setUp();
  await advance(59_000);
  expect(requests).toEqual([]);
  await advance(122_000);
  expect(requests).toEqual(Array.from({ length: 3 }, () => 'GET /ping/5e0f1f4a'));
  expect(await counts()).toEqual({ ok: 3 });
  expect(lines).toEqual([]);
});

test('nothing goes out while probes do not run', async () => {
  const { requests, state, lines, counts, advance } = await setUp();
  state.problem = 'panel/ready (70 s)';
  await advance(125_000);
  expect(requests).toEqual([]);
  expect(await counts()).toEqual({ withheld: 2 });
  state.problem = undefined;
  await advance(60_000);
  expect(await counts()).toEqual({ withheld: 2, ok: 1 });
  expect(lines).toEqual([
    'error the outbound heartbeat does not go out: it is withheld, because probes do not run: panel/ready (70 s)',
    'info  the outbound heartbeat is taken again',
  ]);
});

test('an answer that is no success is tried again twice, counted once, and said once', async () => {
  const { requests, state, lines, counts, advance } = await setUp();
  state.status = 503;
  await advance(130_000);
  expect(requests).toHaveLength(6);
  expect(await counts()).toEqual({ failed: 2 });
  expect(lines).toEqual(['error the outbound heartbeat does not go out: it was answered by status 503 (try 3)']);
});

test.each([
  {
    name: 'a file that cannot be read',
    url: () => Promise.reject(new Error('cannot read the secret file /run/secrets/heartbeat_url: no such file')),
    says: 'the heartbeat URL cannot be read: cannot read the secret file /run/secrets/heartbeat_url: no such file',
  },
  {
    name: 'what is no address',
    url: async () => new Secret('5e0f1f4a'),
    says: 'the heartbeat URL is not a web address',
  },
  {
    name: 'an address in the open on the internet',
    url: async () => new Secret('http://192.0.2.7/5e0f1f4a'),
    says: 'a heartbeat URL with http:// may only point to a loopback or private address; use https://',
  },
])('$name is said in words', async ({ url, says }) => {
  const { lines, counts, advance } = await setUp({ url });
  await advance(61_000);
  expect(await counts()).toEqual({ failed: 1 });
  expect(lines).toEqual([`error the outbound heartbeat does not go out: ${says}`]);
});
