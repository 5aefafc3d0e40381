import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../stack/secret.ts';
import { type SlackSink, startSlackSink } from '../../test/support/slack-sink.ts';
import type { Failing } from '../export/fast-path.ts';
import type { PlannedProbe, Transition } from '../model.ts';
import type { Channels } from '../pager/channels.ts';
import { createPager, type Delivery } from '../pager/index.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { KeptPages } from '../state/kept-pages.ts';
import { failed, passed, samplePlan, sampleProbe } from '../state/sample-probe.ts';
import { StateStore } from '../state/store/store.ts';
import { Fallback } from './fallback.ts';
import type { Break } from './stages.ts';

const panel = sampleProbe({ service: 'panel' });
const database = sampleProbe({ service: 'postgres', probe: 'query' });
const dependencies = new Map([
  ['panel', ['postgres']],
  ['postgres', []],
]);
const gone: Break = { stage: 'alertmanager_unreachable', detail: 'connection refused' };
const noPrometheus: Break = { stage: 'prometheus_unreachable', detail: 'connection refused' };

/** A mail relay that is not there: the port is one that nobody may listen on. */
const toNobody: Channels = {
  email: { to: ['oncall@example.org'], from: 'watchpost@example.org', host: '127.0.0.1', port: 1, requireTls: false },
};

interface Given {
  readonly folder?: string;
  readonly clock?: ManualClock;
  readonly sink?: SlackSink;
  readonly down?: Map<PlannedProbe, Failing>;
  readonly channels?: Channels;
  readonly probes?: readonly PlannedProbe[];
}

/** The fallback pager on a clock turned by hand; messages go to a real server that answers as Slack does. */
async function setUp(given: Given = {}) {
  const sink = given.sink ?? (await startSlackSink());
  const { clock = new ManualClock(), down = new Map<PlannedProbe, Failing>() } = given;
  const deliveries: Delivery[] = [];
  const undeliverable: string[] = [];
  const faults: unknown[] = [];
  const state: { broken: Break | undefined; fails: readonly string[]; troubled: readonly string[] } = {
    broken: undefined,
    fails: [],
    troubled: [],
  };
  const store =
    given.folder === undefined
      ? undefined
      : new StateStore({ folder: given.folder, now: () => clock.now(), wrote: () => {}, say: () => {} });
  const plan = samplePlan({
    probes: given.probes ?? [panel, database],
    dependencies,
    notify: { default: { slack: { webhookUrl: async () => new Secret(sink.url) }, ...given.channels }, teams: {} },
  });
  const fallback = new Fallback({
    clock,
    plan: () => plan,
    down: () => [...down.values()],
    pager: (channels) => createPager({ channels, clock }),
    kept: store && new KeptPages(store),
    broken: () => state.broken,
    failsOn: (channel) => state.fails.includes(channel),
    isTroubled: (channel) => state.troubled.includes(channel),
    hasProof: true,
    delivered: (delivery) => deliveries.push(delivery),
    undeliverable: ({ annotations }) => undeliverable.push(annotations.summary ?? ''),
    internal: (error) => faults.push(error),
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await fallback[Symbol.asyncDispose]();
    store?.[Symbol.dispose]();
  };
  onTestFinished(async () => {
    await stop();
    await sink[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
  });
  const resumed = fallback.configured();
  const change = (probe: PlannedProbe, to: Transition['to']) => {
    const since = down.get(probe)?.since ?? clock.now();
    const outcome = to === 'down' ? failed() : passed();
    if (to === 'down') down.set(probe, { probe, since, outcome });
    else down.delete(probe);
    fallback.changed({ probe, to, at: clock.now(), since, outcome });
  };
  const breaks = (now: Break | undefined) => {
    state.broken = now;
    fallback.pathChanged(now);
  };
  const take = (...probes: readonly PlannedProbe[]) => fallback.taken(probes.flatMap((probe) => down.get(probe) ?? []));
  /** Turns the clock, and lets real messages arrive until there are so many deliveries. */
  const advanceTo = async (ms: number, count: number) => {
    await clock.advance(ms);
    while (deliveries.length < count) {
      await turn();
      await clock.advance(0);
    }
    await clock.advance(0);
  };
  const said = () =>
    sink.received.map(({ payload }) => payload.attachments?.[0]?.title?.replace(/^\S+ | · test$/g, ''));
  const texts = () => sink.received.map(({ payload }) => payload.attachments?.[0]?.text ?? '');
  const more = { resumed, change, breaks, take, advanceTo, said, texts, stop, down };
  return { fallback, clock, sink, state, deliveries, undeliverable, ...more };
}

const yearMs = 365 * 86_400_000;
const broken = 'The paging path is broken: Alertmanager does not take alerts';

describe('the fallback pager', () => {
  test('is silent about what Alertmanager took and was seen to deliver, however it ends', async () => {
    const { clock, fallback, change, take, said } = await setUp();
    change(panel, 'down');
    take(panel);
    await clock.advance(60_000);
    fallback.proved(true);
    change(panel, 'up');
    await clock.advance(600_000);
    expect(said()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('says that the path is broken, pages and resolves meanwhile, and says that it is whole again', async () => {
    const { breaks, change, clock, advanceTo, said, texts } = await setUp();
    breaks(gone);
    await advanceTo(0, 1);
    change(panel, 'down');
    await advanceTo(0, 2);
    await clock.advance(300_000);
    change(panel, 'up');
    await advanceTo(0, 3);
    breaks(undefined);
    await advanceTo(0, 4);
    await clock.advance(600_000);
    expect(said()).toEqual([
      broken,
      'panel/ready is down',
      'panel/ready is up again after 5 min',
      `Resolved after 5 min: ${broken}`,
    ]);
    expect(texts()[1]).toContain('Sent directly because Alertmanager does not take alerts.');
    expect(clock.pending).toBe(0);
  });

  test('pages for what Alertmanager had not taken, and for what it took without a sign of life since', async () => {
    const { fallback, breaks, change, take, clock, advanceTo, said } = await setUp({ probes: [] });
    const told = sampleProbe({ service: 'told' });
    const unsure = sampleProbe({ service: 'unsure' });
    const untaken = sampleProbe({ service: 'untaken' });
    change(told, 'down');
    take(told);
    await clock.advance(50_000);
    fallback.proved(true);
    change(unsure, 'down');
    take(unsure);
    change(untaken, 'down');
    await clock.advance(30_000);
    breaks({ stage: 'alertmanager_silent', detail: '' });
    await advanceTo(0, 3);
    await clock.advance(60_000);
    expect(said().slice(1).toSorted()).toEqual(['unsure/ready is down', 'untaken/ready is down']);
  });

  test('tells of a failure that ended before Alertmanager took it, without waiting for more', async () => {
    const { change, clock, advanceTo, said, texts } = await setUp();
    change(panel, 'down');
    await clock.advance(20_000);
    change(panel, 'up');
    await advanceTo(0, 1);
    await clock.advance(120_000);
    expect(said()).toEqual(['panel/ready is up again after 20 s']);
    expect(texts()[0]).toContain(
      'Sent directly because Alertmanager did not take it while it lasted. Nobody could be told while it lasted.',
    );
    expect(clock.pending).toBe(0);
  });

  test('does not take the way back here for a delivery where every channel is in trouble', async () => {
    const { fallback, state, change, take, clock, advanceTo, said } = await setUp();
    state.troubled = ['slack'];
    change(panel, 'down');
    take(panel);
    await clock.advance(50_000);
    fallback.proved(true);
    change(panel, 'up');
    await clock.advance(10_000);
    state.fails = ['slack'];
    await advanceTo(5_000, 1);
    expect(said()).toEqual(['panel/ready is up again after 50 s']);
  });

  test('hands back what lasts when the path is whole: it sends no resolve of what Alertmanager will resolve', async () => {
    const { fallback, breaks, change, take, clock, advanceTo, said } = await setUp();
    breaks(gone);
    change(panel, 'down');
    await advanceTo(0, 2);
    breaks(undefined);
    await advanceTo(0, 3);
    take(panel);
    await clock.advance(50_000);
    fallback.proved(true);
    change(panel, 'up');
    await clock.advance(120_000);
    expect(said()).toEqual([broken, 'panel/ready is down', `Resolved after 1 s: ${broken}`]);
    expect(clock.pending).toBe(0);
  });

  test('sends the resolve itself where the failure ends before Alertmanager has taken it again', async () => {
    const { breaks, change, advanceTo, said } = await setUp();
    breaks(gone);
    change(panel, 'down');
    await advanceTo(0, 2);
    breaks(undefined);
    await advanceTo(0, 3);
    change(panel, 'up');
    await advanceTo(0, 4);
    expect(said()[3]).toBe('panel/ready is up again after 1 s');
  });

  test('pages for the database and not for the panel behind it, nor for its end', async () => {
    const { breaks, change, clock, advanceTo, said } = await setUp();
    breaks(gone);
    change(database, 'down');
    change(panel, 'down');
    await advanceTo(0, 2);
    await clock.advance(60_000);
    change(panel, 'up');
    change(database, 'up');
    await advanceTo(0, 3);
    await clock.advance(120_000);
    expect(said().slice(1)).toEqual(['postgres/query is down', 'postgres/query is up again after 60 s']);
  });

  test('does not wait for a time at which the clock, since set back, saw the database down', async () => {
    const { breaks, change, clock, advanceTo, said } = await setUp();
    breaks(gone);
    clock.set(yearMs);
    change(database, 'down');
    change(panel, 'down');
    await advanceTo(0, 2);
    change(database, 'up');
    clock.set(-yearMs);
    await advanceTo(120_000, 4);
    expect(said().slice(1)).toEqual(expect.arrayContaining(['postgres/query is down', 'panel/ready is down']));
  });

  test('knows for delivered what Alertmanager took while the clock, since set back, was ahead', async () => {
    const { breaks, change, take, fallback, clock, advanceTo, said } = await setUp();
    clock.set(yearMs);
    change(panel, 'down');
    take(panel);
    clock.set(-yearMs);
    fallback.proved(true);
    await clock.advance(60_000);
    fallback.proved(true);
    breaks(gone);
    await advanceTo(60_000, 1);
    expect(said()).toEqual([broken]);
  });

  test('where only the rules are cut off it pages for what only a rule sends', async () => {
    const elsewhere = sampleProbe({ service: 'edge', byQuorum: true });
    const { breaks, change, take, clock, advanceTo, said } = await setUp({ probes: [panel, elsewhere] });
    breaks(noPrometheus);
    await advanceTo(0, 1);
    change(panel, 'down');
    take(panel);
    change(elsewhere, 'down');
    await advanceTo(0, 2);
    await clock.advance(120_000);
    expect(said()).toEqual(['The paging path is broken: Prometheus does not answer', 'edge/ready is down']);
  });

  test('steps in where Alertmanager fails on the only channel of a warning, and not where another one works', async () => {
    const warning = sampleProbe({ service: 'disk', severity: 'warning' });
    const { state, change, take, clock, advanceTo, said, deliveries } = await setUp({
      probes: [panel, warning],
      channels: toNobody,
    });
    state.fails = ['slack'];
    change(panel, 'down');
    change(warning, 'down');
    take(panel, warning);
    await advanceTo(0, 1);
    await clock.advance(60_000);
    expect(said()).toEqual(['disk/ready is down']);
    expect(deliveries.map(({ channel }) => channel)).toEqual(['slack']);
  });

  test('ten pages a minute come one by one; what is more comes in messages that name them, and none is lost', async () => {
    const probes = Array.from({ length: 40 }, (_, i) => sampleProbe({ service: `s${i}` }));
    const { breaks, change, clock, sink, said, texts } = await setUp({ probes });
    breaks(gone);
    for (const probe of probes) change(probe, 'down');
    const named = () => new Set(`${said().join('\n')}\n${texts().join('\n')}`.match(/\bs\d+\/ready is down/g));
    while (named().size < 40) {
      await clock.advance(1_000);
      await turn();
    }
    expect(said().slice(0, 11)).toEqual([
      broken,
      ...probes.slice(0, 10).map(({ service }) => `${service}/ready is down`),
    ]);
    expect(said()[11]).toMatch(/^\d\d more at once$/);
    expect(sink.received.length).toBeLessThan(20);
    await clock.advance(600_000);
    expect(sink.refused).toEqual([]);
  });

  test('a channel that fails is tried on by itself, less and less often, and given up an hour after another one told it', async () => {
    const { breaks, change, clock, said, deliveries } = await setUp({ channels: toNobody });
    breaks(gone);
    change(panel, 'down');
    const mails = () => deliveries.filter(({ channel }) => channel === 'email').length;
    while (deliveries.length < 5) await clock.advance(1_000);
    expect(said()).toEqual([broken, 'panel/ready is down']);
    for (let i = 0; i < 600; i++) {
      await clock.advance(1_000);
      await turn();
    }
    expect(mails()).toBeGreaterThan(5);
    expect(mails()).toBeLessThan(14);
    for (let i = 0; i < 3_300; i++) await clock.advance(1_000);
    const until = mails();
    for (let i = 0; i < 300; i++) await clock.advance(1_000);
    expect(mails()).toBe(until);
    expect(said()).toEqual([broken, 'panel/ready is down']);
  });

  test('says once of a page that it has nowhere to go', async () => {
    const { breaks, change, clock, undeliverable } = await setUp({ channels: { slack: undefined } as object });
    breaks(gone);
    change(panel, 'down');
    await clock.advance(60_000);
    expect(undeliverable).toEqual([broken, 'panel/ready is down']);
  });

  test('what was not delivered when the process ended is delivered by the next, and what was is not', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'fallback-'));
    const first = await setUp({ folder: folder.path });
    const { sink, clock, down } = first;
    first.breaks(gone);
    first.change(panel, 'down');
    await first.advanceTo(0, 2);
    sink.trouble(...Array.from({ length: 3 }, () => ({ status: 500, body: 'trouble' })));
    first.change(database, 'down');
    first.change(database, 'up');
    await first.stop();

    sink.trouble();
    const second = await setUp({ folder: folder.path, sink: await startSlackSink(), clock, down });
    expect(second.resumed).toEqual(gone);
    await second.advanceTo(0, 1);
    await clock.advance(60_000);
    expect(first.said()).toEqual([broken, 'panel/ready is down']);
    expect(second.said()).toEqual(['postgres/query is up again after 1 s']);
  });
});
