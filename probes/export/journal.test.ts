import { describe, expect, test } from 'vitest';
import { ManualClock } from '../schedule/manual-clock.ts';
import { failed, inconclusive, passed, samplePlan, sampleProbe } from '../state/sample-probe.ts';
import { Journal } from './journal.ts';
import { Log, type LogRecordOut } from './log.ts';

function setUp() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const records: LogRecordOut[] = [];
  const sink = { emit: (record: LogRecordOut) => void records.push(record), [Symbol.asyncDispose]: async () => {} };
  const log = new Log({ clock, write: (line) => lines.push(line), sink });
  const journal = new Journal({ log, clock });
  journal.configure(samplePlan({ probes: [sampleProbe()] }));
  const events = () => records.map(({ attributes }) => `${attributes.event} ${attributes.probe ?? ''}`.trim());
  return { clock, lines, records, journal, events };
}

const probe = sampleProbe();
const since = new ManualClock().now();
const down = { probe, to: 'down', at: since, since, outcome: failed() } as const;
const up = { probe, to: 'up', at: since + 90_000, since, outcome: passed() } as const;

describe('the journal', () => {
  test('tells a change as a line for people and as fields for queries', () => {
    const { lines, records, journal } = setUp();
    journal.changed(down);
    journal.changed(up);
    expect(lines).toEqual([
      '2026-11-23T03:00:00.000Z error panel/ready is DOWN: the status is wrong (found status 503, expected status 200); failing since 2026-11-23T03:00:00.000Z',
      '2026-11-23T03:00:00.000Z info  panel/ready is up again after 90 s',
    ]);
    expect(records[0]).toEqual({
      at: since,
      level: 'error',
      message: lines[0]?.slice('2026-11-23T03:00:00.000Z error '.length),
      attributes: {
        event: 'probe_down',
        service: 'panel',
        probe: 'ready',
        target: 'http://panel/ready',
        location: 'local',
        probe_severity: 'critical',
        team: 'ops',
        verdict: 'fail',
        reason: 'status',
        found: 'status 503',
        expected: 'status 200',
        duration_seconds: 0.012,
      },
    });
  });

  test('tells of failing runs once a minute, and of the first after a recovery at once', async () => {
    const { clock, journal, events } = setUp();
    journal.failed(probe, failed(), 'not confirmed');
    await clock.advance(2_000);
    journal.changed(down);
    for (let second = 0; second < 120; second += 5) {
      await clock.advance(5_000);
      journal.failed(probe, failed(), 'confirmed');
    }
    journal.changed(up);
    journal.failed(probe, failed(), 'not confirmed');
    expect(events()).toEqual([
      'probe_failed ready',
      'probe_down ready',
      'probe_failed ready',
      'probe_failed ready',
      'probe_recovered ready',
      'probe_failed ready',
    ]);
  });

  test('lets one probe speak whatever another has said', () => {
    const { journal, events } = setUp();
    journal.failed(probe, failed(), 'not confirmed');
    journal.failed(sampleProbe({ probe: 'live' }), failed(), 'not confirmed');
    expect(events()).toEqual(['probe_failed ready', 'probe_failed live']);
  });

  test('tells of inconclusive runs once a minute', async () => {
    const { clock, lines, journal, events } = setUp();
    for (let second = 0; second < 60; second += 10) {
      journal.inconclusive(probe, inconclusive());
      await clock.advance(10_000);
    }
    journal.inconclusive(probe, inconclusive());
    expect(events()).toEqual(['probe_inconclusive ready', 'probe_inconclusive ready']);
    expect(lines[0]).toContain("panel/ready is inconclusive: the prober's own resolver did not answer (no answer)");
  });

  test('lets ten probes speak for all that are inconclusive for one reason', async () => {
    const { clock, lines, journal } = setUp();
    for (let i = 0; i < 25; i++) journal.inconclusive(sampleProbe({ probe: `ready-${i}` }), inconclusive());
    expect(lines).toHaveLength(10);
    await clock.advance(10_000);
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toMatch(/ warn {2}15 more probes are inconclusive: the prober's own resolver did not answer$/);
    journal.inconclusive(sampleProbe({ probe: 'live' }), inconclusive());
    expect(lines).toHaveLength(12);
  });

  test('tells of posts that fail once a minute, and when they work again', async () => {
    const { clock, journal, events } = setUp();
    journal.posted(true, 1, '');
    for (let second = 0; second < 90; second++) {
      journal.posted(false, 1, 'connection refused');
      await clock.advance(1_000);
    }
    journal.posted(true, 1, '');
    journal.posted(true, 1, '');
    expect(events()).toEqual(['page_failed', 'page_failed', 'page_sent']);
  });

  test('tells of every message of the direct pager, and of pages that have nowhere to go', () => {
    const { journal, lines, events } = setUp();
    const page = {
      status: 'firing',
      labels: { alertname: 'ProbeDown', service: 'panel', probe: 'ready' },
      annotations: { summary: 'panel/ready is down' },
      startsAt: since,
    } as const;
    journal.delivered({ channel: 'slack', ok: true, detail: 'Slack took it', durationMs: 80 }, page);
    journal.delivered(
      { channel: 'email', ok: false, detail: 'no answer in 5 s', durationMs: 5_000 },
      { ...page, status: 'resolved' },
    );
    journal.undeliverable(page);
    expect(lines.map((line) => line.slice(25))).toEqual([
      'info  page "panel/ready is down" by slack: Slack took it',
      'error resolve of "panel/ready is down" by email was not delivered: no answer in 5 s',
      'warn  page "panel/ready is down" goes nowhere: put notify.slack or notify.email into watchpost.yaml, then ./watchpost reload',
    ]);
    expect(events()).toEqual(['page_sent ready', 'page_failed ready', 'page_failed ready']);
  });

  test('tells of faults of ours once a minute for each place', async () => {
    const { clock, journal, lines } = setUp();
    for (let i = 0; i < 5; i++) journal.internal('prober', new TypeError('x is undefined'));
    journal.internal('status', new Error('other'));
    await clock.advance(60_000);
    journal.internal('prober', new TypeError('x is undefined'));
    expect(lines.map((line) => line.slice(31))).toEqual([
      'a fault of the probe service itself (prober): x is undefined',
      'a fault of the probe service itself (status): other',
      'a fault of the probe service itself (prober): x is undefined',
    ]);
  });

  test('records the first pass of a probe and one an hour, and writes no line of it', async () => {
    const { clock, journal, lines, records } = setUp();
    for (let minute = 0; minute < 150; minute++) {
      journal.passed(probe, passed());
      await clock.advance(60_000);
    }
    expect(lines).toEqual([]);
    expect(records.map(({ at }) => (at - since) / 60_000)).toEqual([0, 60, 120]);
    expect(records[0]).toMatchObject({
      level: 'info',
      message: 'panel/ready passes in 12 ms',
      attributes: { event: 'probe_passed', probe: 'ready', verdict: 'pass', probe_severity: 'critical' },
    });
  });

  test('of ten thousand probes records 60 passes a minute at most, and each has its turn', async () => {
    const { clock, journal, records } = setUp();
    const probes = Array.from({ length: 10_000 }, (_, i) => sampleProbe({ probe: `p${i}` }));
    journal.configure(samplePlan({ probes }));
    for (let minute = 0; minute < 170; minute++) {
      for (const one of probes) journal.passed(one, passed());
      await clock.advance(60_000);
      expect(records.length).toBeLessThanOrEqual(60 * (minute + 1));
    }
    expect(new Set(records.map(({ attributes }) => attributes.probe)).size).toBe(10_000);
  });
});
