import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../stack/secret.ts';
import { type SlackSink, startSlackSink } from '../../test/support/slack-sink.ts';
import type { PlannedProbe, Transition } from '../model.ts';
import type { Channels } from '../pager/channels.ts';
import { createPager, type Delivery } from '../pager/index.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { failed, passed, samplePlan, sampleProbe } from '../state/sample-probe.ts';
import { DirectPager } from './direct.ts';
import type { Failing } from './fast-path.ts';

const dependencies = new Map([
  ['panel', ['postgres']],
  ['postgres', []],
]);
const database = sampleProbe({ service: 'postgres', probe: 'query' });
const panel = sampleProbe({ service: 'panel', probe: 'ready' });

function toSlack(sink: SlackSink): Channels {
  return { slack: { webhookUrl: async () => new Secret(sink.url) } };
}

/** A mail relay that is not there: the port is one that nobody may listen on. */
const toNobody: Channels = {
  email: { to: ['oncall@example.org'], from: 'watchpost@example.org', host: '127.0.0.1', port: 1, requireTls: false },
};

/** The direct pager on a clock turned by hand; messages go to a real server that answers as Slack does. */
async function setUp(own: { default?: Channels; teams?: Readonly<Record<string, Channels>> } = {}) {
  const sink = await startSlackSink();
  const clock = new ManualClock();
  const deliveries: Delivery[] = [];
  const undeliverable: string[] = [];
  const faults: unknown[] = [];
  const down = new Map<PlannedProbe, Failing>();
  const notify = { default: own.default ?? toSlack(sink), teams: own.teams ?? {} };
  const direct = new DirectPager({
    clock,
    plan: () => samplePlan({ probes: [database, panel], dependencies, notify }),
    down: () => [...down.values()],
    pager: (channels) => createPager({ channels, clock }),
    delivered: (delivery) => deliveries.push(delivery),
    undeliverable: ({ labels }) => undeliverable.push(labels.service ?? ''),
    internal: (error) => faults.push(error),
  });
  onTestFinished(async () => {
    await direct[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
    expect(clock.pending).toBe(0);
  });
  const change = (probe: PlannedProbe, to: Transition['to']) => {
    const since = down.get(probe)?.since ?? clock.now();
    const outcome = to === 'down' ? failed() : passed();
    if (to === 'down') down.set(probe, { probe, since, outcome });
    else down.delete(probe);
    direct.changed({ probe, to, at: clock.now(), since, outcome });
  };
  const remove = (probe: PlannedProbe) => {
    down.delete(probe);
    direct.configured();
  };
  /** Turns the clock, and lets real messages arrive until there are so many deliveries. */
  const advanceTo = async (ms: number, count: number) => {
    await clock.advance(ms);
    while (deliveries.length < count) {
      await turn();
      await clock.advance(0);
    }
    await clock.advance(0);
  };
  const titles = () => sink.received.map(({ payload }) => JSON.stringify(payload)).map(sayPage);
  return { sink, clock, deliveries, undeliverable, change, remove, advanceTo, titles };
}

/** Which probe a message is about and whether it is the page or the resolve. */
function sayPage(payload: string): string {
  const probe = /(postgres\/query|panel\/ready)/.exec(payload)?.[1] ?? 'unknown probe';
  return `${probe} ${payload.includes('is up again') ? 'resolve' : 'page'}`;
}

describe('the direct pager', () => {
  test('offers no silence, which only Alertmanager could keep', async () => {
    const { sink, change, advanceTo } = await setUp();
    change(database, 'down');
    await advanceTo(0, 1);
    const buttons = sink.received[0]?.payload.attachments?.[0]?.actions?.map(({ text }) => text);
    expect(buttons).toContain('Runbook');
    expect(buttons).not.toContain('Silence');
  });

  test('sends one page and one resolve, however long the failure lasts', async () => {
    const { clock, change, advanceTo, titles, deliveries } = await setUp();
    change(database, 'down');
    await advanceTo(0, 1);
    await clock.advance(300_000);
    change(database, 'up');
    await advanceTo(0, 2);
    await clock.advance(300_000);
    expect(titles()).toEqual(['postgres/query page', 'postgres/query resolve']);
    expect(deliveries).toMatchObject([
      { channel: 'slack', ok: true },
      { channel: 'slack', ok: true },
    ]);
    expect(clock.pending).toBe(0);
  });

  test('pages for the database and not for the panel behind it', async () => {
    const { clock, change, advanceTo, titles } = await setUp();
    change(database, 'down');
    change(panel, 'down');
    await advanceTo(0, 1);
    await clock.advance(60_000);
    change(database, 'up');
    await advanceTo(0, 2);
    change(panel, 'up');
    await clock.advance(120_000);
    expect(titles()).toEqual(['postgres/query page', 'postgres/query resolve']);
  });

  test('pages for what is still down half a minute after its database is up again', async () => {
    const { clock, change, advanceTo, titles } = await setUp();
    change(database, 'down');
    change(panel, 'down');
    await advanceTo(0, 1);
    change(database, 'up');
    await advanceTo(0, 2);
    await clock.advance(29_000);
    expect(titles()).toHaveLength(2);
    await advanceTo(11_000, 3);
    expect(titles()[2]).toBe('panel/ready page');
  });

  test('sends no resolve where no page arrived', async () => {
    const { sink, clock, change, advanceTo, titles, deliveries } = await setUp();
    sink.trouble({ status: 403, body: 'invalid_token' });
    change(database, 'down');
    await advanceTo(0, 1);
    expect(deliveries).toMatchObject([{ channel: 'slack', ok: false }]);
    change(database, 'up');
    await clock.advance(120_000);
    expect(titles()).toEqual([]);
  });

  test('tries a page again on the next tick, and a resolve too', async () => {
    const { sink, clock, change, advanceTo, titles } = await setUp();
    sink.trouble({ status: 403, body: 'invalid_token' });
    change(database, 'down');
    await advanceTo(0, 1);
    await advanceTo(10_000, 2);
    expect(titles()).toEqual(['postgres/query page']);
    sink.trouble({ status: 403, body: 'invalid_token' });
    change(database, 'up');
    await advanceTo(0, 3);
    await advanceTo(10_000, 4);
    expect(titles()).toEqual(['postgres/query page', 'postgres/query resolve']);
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });

  test('gives a resolve up after a quarter of an hour', async () => {
    const { sink, clock, change, advanceTo, titles, deliveries } = await setUp();
    change(database, 'down');
    await advanceTo(0, 1);
    sink.trouble(...Array.from({ length: 200 }, () => ({ status: 403, body: 'invalid_token' })));
    change(database, 'up');
    for (let tries = 2; tries <= 92; tries++) await advanceTo(tries === 2 ? 0 : 10_000, tries);
    const before = deliveries.length;
    await clock.advance(60_000);
    expect(deliveries).toHaveLength(before);
    expect(titles()).toEqual(['postgres/query page']);
    expect(clock.pending).toBe(0);
  });

  test('says once that a page has nowhere to go', async () => {
    const { clock, change, undeliverable, deliveries } = await setUp({ default: {} });
    change(database, 'down');
    await clock.advance(60_000);
    expect(undeliverable).toEqual(['postgres']);
    expect(deliveries).toEqual([]);
  });

  test('retries the channel that failed, and does not repeat the page on the other', async () => {
    const sink = await startSlackSink();
    onTestFinished(() => sink[Symbol.asyncDispose]());
    const { change, advanceTo, deliveries } = await setUp({ default: { ...toSlack(sink), ...toNobody } });
    change(database, 'down');
    await advanceTo(0, 1);
    await advanceTo(5_000, 2);
    await advanceTo(15_000, 3);
    expect(deliveries.map(({ channel, ok }) => `${channel} ${ok}`)).toEqual([
      'slack true',
      'email false',
      'email false',
    ]);
    expect(sink.received).toHaveLength(1);
  });

  test('sends a warning to Slack only, as Alertmanager would', async () => {
    const sink = await startSlackSink();
    onTestFinished(() => sink[Symbol.asyncDispose]());
    const { clock, change, advanceTo, deliveries } = await setUp({ default: { ...toSlack(sink), ...toNobody } });
    change(sampleProbe({ ...database, severity: 'warning' }), 'down');
    await advanceTo(0, 1);
    await clock.advance(60_000);
    expect(deliveries).toMatchObject([{ channel: 'slack', ok: true }]);
  });

  test('sends to the channel of the team', async () => {
    const other = await startSlackSink();
    onTestFinished(() => other[Symbol.asyncDispose]());
    const { sink, change, advanceTo } = await setUp({ teams: { ops: toSlack(other) } });
    change(database, 'down');
    await advanceTo(0, 1);
    expect([sink.received.length, other.received.length]).toEqual([0, 1]);
  });

  test('sends the resolve of a probe that the configuration no longer has', async () => {
    const { clock, remove, change, advanceTo, titles, sink } = await setUp();
    change(database, 'down');
    await advanceTo(0, 1);
    remove(database);
    await advanceTo(0, 2);
    await clock.advance(60_000);
    expect(titles()).toEqual(['postgres/query page', 'postgres/query resolve']);
    expect(JSON.stringify(sink.received[1])).toContain('removed from the configuration');
  });
});
