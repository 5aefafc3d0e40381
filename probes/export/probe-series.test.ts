import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { httpPhases, metrics } from '../../stack/metrics.ts';
import type { Outcome, PlannedProbe, ProbeState, Sample } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { failed, inconclusive, passed, sampleProbe } from '../state/sample-probe.ts';
import { farewellMs, ProbeSeries } from './probe-series.ts';
import { readExposition } from './read-exposition.ts';

const https: readonly Sample[] = [
  ...httpPhases.map(
    (phase, i) => ({ metric: 'probe_http_duration_seconds', value: (i + 1) / 1_000, labels: { phase } }) as const,
  ),
  { metric: 'probe_http_status_code', value: 200 },
  { metric: 'probe_ssl_earliest_cert_expiry', value: 1_800_000_000 },
];

function setUp(probes: readonly PlannedProbe[] = [sampleProbe()]) {
  const clock = new ManualClock();
  const states = new ProbeMap<ProbeState>();
  const series = new ProbeSeries({ clock, stateOf: (probe) => states.get(probe) ?? { status: 'unknown' } });
  series.configure(probes, 'local');
  const ended = (task: PlannedProbe, outcome: Outcome, own: { scheduled?: boolean; latenessMs?: number } = {}) =>
    series.ended({ task, scheduled: true, endedAt: clock.now(), outcome, ...own });
  const read = () => readExposition(series.render());
  const values = (name: string) =>
    read()
      .filter((sample) => sample.name === name)
      .map(({ labels: { service, probe, target, location, ...labels }, value }) => ({ labels, value }));
  return { clock, states, series, ended, read, values };
}

test('a part of the exposition ends after a time, not after so many lines', () => {
  const probes = Array.from({ length: 400 }, (_, i) => sampleProbe({ probe: `p${i}` }));
  let asked = 0;
  const series = new ProbeSeries({
    clock: new ManualClock(),
    stateOf() {
      asked++;
      // A slow machine, on which nothing is written for a while.
      const beganMs = performance.now();
      while (performance.now() - beganMs < 0.5);
      return { status: 'unknown' };
    },
  });
  series.configure(probes, 'here');
  let most = 0;
  let before = 0;
  for (const _ of series.chunks()) {
    most = Math.max(most, asked - before);
    before = asked;
  }
  expect(asked).toBeGreaterThan(1_000);
  expect(most).toBeLessThanOrEqual(32);
});

describe('the series of a probe', () => {
  test('are these, for a probe that is up', () => {
    const { clock, states, series, ended } = setUp();
    states.set(sampleProbe(), { status: 'up' });
    ended(sampleProbe(), passed({ durationMs: 31.5, samples: https }), { latenessMs: 2 });
    expect(clock.now()).toBe(1_795_402_800_000);
    expect(
      series.render().replaceAll('service="panel",probe="ready",target="http://panel/ready",location="local"', 'P'),
    ).toBe(
      `# HELP probe_duration_seconds How long the last run took, all of it.
# TYPE probe_duration_seconds gauge
probe_duration_seconds{P} 0.0315
# HELP probe_http_duration_seconds How long each phase of the request took. A phase that did not run is left out.
# TYPE probe_http_duration_seconds gauge
probe_http_duration_seconds{P,phase="resolve"} 0.001
probe_http_duration_seconds{P,phase="connect"} 0.002
probe_http_duration_seconds{P,phase="tls"} 0.003
probe_http_duration_seconds{P,phase="processing"} 0.004
probe_http_duration_seconds{P,phase="transfer"} 0.005
# HELP probe_http_status_code The status of the last answer.
# TYPE probe_http_status_code gauge
probe_http_status_code{P} 200
# HELP probe_ssl_earliest_cert_expiry When the first certificate of the chain expires, in Unix time. Kept when verification fails.
# TYPE probe_ssl_earliest_cert_expiry gauge
probe_ssl_earliest_cert_expiry{P} 1800000000
# HELP probe_success 1 if the last conclusive run passed, 0 if it failed.
# TYPE probe_success gauge
probe_success{P} 1
# HELP watchpost_probe_down 1 while the probe is confirmed down, 0 otherwise. What rules and the fast path use.
# TYPE watchpost_probe_down gauge
watchpost_probe_down{P,severity="critical",team="ops"} 0
# HELP watchpost_probe_info 1: what the configuration says of the probe.
# TYPE watchpost_probe_info gauge
watchpost_probe_info{P,kind="http",severity="critical",team="ops"} 1
# HELP watchpost_probe_interval_seconds The configured interval.
# TYPE watchpost_probe_interval_seconds gauge
watchpost_probe_interval_seconds{P} 10
# HELP watchpost_probe_last_run_timestamp_seconds When the last run ended, in Unix time.
# TYPE watchpost_probe_last_run_timestamp_seconds gauge
watchpost_probe_last_run_timestamp_seconds{P} 1795402800
# HELP watchpost_probe_runs_total Scheduled runs by verdict, without those in a maintenance window.
# TYPE watchpost_probe_runs_total counter
watchpost_probe_runs_total{P,verdict="pass"} 1
watchpost_probe_runs_total{P,verdict="fail"} 0
watchpost_probe_runs_total{P,verdict="inconclusive"} 0
# HELP watchpost_probe_schedule_lateness_seconds How late the last scheduled run started.
# TYPE watchpost_probe_schedule_lateness_seconds gauge
watchpost_probe_schedule_lateness_seconds{P} 0.002
# HELP watchpost_probe_skipped_runs_total Scheduled runs that were left out because the one before had not ended.
# TYPE watchpost_probe_skipped_runs_total counter
watchpost_probe_skipped_runs_total{P} 0
`,
    );
  });

  test('tell nothing of state, result or time before the first run: a restart is no recovery', () => {
    const { read } = setUp();
    expect(read().map(({ name }) => name)).toEqual([
      'watchpost_probe_info',
      'watchpost_probe_interval_seconds',
      'watchpost_probe_runs_total',
      'watchpost_probe_runs_total',
      'watchpost_probe_runs_total',
      'watchpost_probe_skipped_runs_total',
    ]);
  });

  test('say why and since when while it is down, as it was when it was confirmed', () => {
    const { states, ended, values } = setUp();
    const outcome = failed('json', { found: 'status "starting"', expected: 'status "ready"' });
    states.set(sampleProbe(), { status: 'down', since: 1_795_402_790_500, outcome });
    ended(sampleProbe(), failed('connect_refused'));
    expect(values('watchpost_probe_down')).toEqual([{ labels: { severity: 'critical', team: 'ops' }, value: 1 }]);
    expect(values('watchpost_probe_failing_info')).toEqual([
      { labels: { reason: 'json', found: 'status "starting"', expected: 'status "ready"' }, value: 1 },
    ]);
    expect(values('watchpost_probe_down_since_timestamp_seconds')).toEqual([{ labels: {}, value: 1_795_402_790.5 }]);
    states.set(sampleProbe(), { status: 'up' });
    expect(values('watchpost_probe_failing_info')).toEqual([]);
    expect(values('watchpost_probe_down_since_timestamp_seconds')).toEqual([]);
  });

  test('count scheduled runs by their verdict, and no other run', () => {
    const { ended, values } = setUp();
    for (const outcome of [passed(), passed(), failed(), inconclusive()]) ended(sampleProbe(), outcome);
    ended(sampleProbe(), failed(), { scheduled: false });
    expect(values('watchpost_probe_runs_total')).toEqual([
      { labels: { verdict: 'pass' }, value: 2 },
      { labels: { verdict: 'fail' }, value: 1 },
      { labels: { verdict: 'inconclusive' }, value: 1 },
    ]);
  });

  test('keep the result of the last conclusive run through an inconclusive one', () => {
    const { ended, values } = setUp();
    ended(sampleProbe(), failed());
    ended(sampleProbe(), inconclusive());
    expect(values('probe_success')).toEqual([{ labels: {}, value: 0 }]);
  });

  test('keep the expiry of the certificate when the handshake fails, and nothing else of the run before', () => {
    const { ended, values } = setUp();
    ended(sampleProbe(), passed({ samples: https }));
    ended(sampleProbe(), failed('connect_refused', { samples: [{ metric: 'probe_ip_protocol', value: 4 }] }));
    expect(values('probe_ssl_earliest_cert_expiry')).toEqual([{ labels: {}, value: 1_800_000_000 }]);
    expect(values('probe_http_status_code')).toEqual([]);
    expect(values('probe_http_duration_seconds')).toEqual([]);
  });

  test('are there once each, whatever a prober reports twice: Prometheus would refuse all of it', () => {
    const { ended, values } = setUp();
    const twice: readonly Sample[] = [
      { metric: 'probe_http_status_code', value: 302 },
      { metric: 'probe_http_status_code', value: 200 },
    ];
    ended(sampleProbe(), passed({ samples: twice }));
    expect(values('probe_http_status_code')).toEqual([{ labels: {}, value: 200 }]);
  });

  test('have the labels of the catalogue and no others', () => {
    const { states, ended, read } = setUp();
    const diagnosis = { tried: 'the other probe is up', changed: 'size 1 → 2' };
    states.set(sampleProbe(), { status: 'down', since: 0, outcome: failed('status', { diagnosis }) });
    ended(sampleProbe(), passed({ samples: https }), { latenessMs: 0 });
    for (const { name, labels } of read()) {
      const wanted = metrics[name as keyof typeof metrics];
      expect(Object.keys(labels)).toEqual(['service', 'probe', 'target', 'location', ...wanted.labels]);
    }
  });
});

describe('a new configuration', () => {
  const other = sampleProbe({ probe: 'live' });

  test('resets no counter of a probe that stays', () => {
    const { series, ended, values } = setUp();
    ended(sampleProbe(), passed());
    series.skipped(sampleProbe(), 3);
    series.configure([sampleProbe({ everyMs: 1_000, fingerprint: 'second' })], 'local');
    expect(values('watchpost_probe_runs_total')[0]?.value).toBe(1);
    expect(values('watchpost_probe_skipped_runs_total')[0]?.value).toBe(3);
    expect(values('watchpost_probe_interval_seconds')[0]?.value).toBe(1);
  });

  test('takes the series of a probe that is gone, but for a last "not down" of 30 s', async () => {
    const { clock, states, series, ended, read } = setUp([sampleProbe(), other]);
    states.set(other, { status: 'down', since: 0, outcome: failed() });
    ended(other, failed());
    series.configure([sampleProbe()], 'local');
    const left = () => read().filter(({ labels }) => labels.probe === 'live');
    const farewell = {
      name: 'watchpost_probe_down',
      labels: {
        service: 'panel',
        probe: 'live',
        target: 'http://panel/live',
        location: 'local',
        severity: 'critical',
        team: 'ops',
      },
      value: 0,
    };
    expect(left()).toEqual([farewell]);
    await clock.advance(farewellMs - 1);
    expect(left()).toEqual([farewell]);
    await clock.advance(1);
    expect(left()).toEqual([]);
  });

  test.each([
    { name: 'severity', changed: { severity: 'warning' as const }, runs: 1 },
    { name: 'team', changed: { team: 'data' }, runs: 1 },
    { name: 'target', changed: { target: 'http://elsewhere' }, runs: 0 },
  ])('says "not down" under the old labels of a probe with another $name', ({ changed, runs }) => {
    const { states, series, ended, read } = setUp();
    states.set(sampleProbe(), { status: 'up' });
    ended(sampleProbe(), passed());
    series.configure([sampleProbe(changed)], 'local');
    const down = read().filter(({ name }) => name === 'watchpost_probe_down');
    const { target, severity, team } = sampleProbe();
    expect(down).toHaveLength(2);
    expect(down.map(({ labels }) => labels)).toContainEqual(expect.objectContaining({ target, severity, team }));
    expect(down.map(({ labels }) => labels)).toContainEqual(expect.objectContaining(changed));
    const counted = read().filter(
      ({ name, labels }) => name === 'watchpost_probe_runs_total' && labels.verdict === 'pass',
    );
    expect(counted.map(({ value }) => value)).toEqual([runs]);
  });

  test('lets a probe that comes back under the same labels speak for itself', () => {
    const { states, series, ended, values } = setUp([other]);
    series.configure([], 'local');
    series.configure([other], 'local');
    states.set(other, { status: 'down', since: 0, outcome: failed() });
    ended(other, failed());
    expect(values('watchpost_probe_down').map(({ value }) => value)).toEqual([1]);
  });
});

const promtool = 'promtool';
const found = spawnSync(promtool, ['--version']).status === 0;

test.skipIf(!found)('promtool accepts what is exported (skipped where promtool is not on PATH)', () => {
  const { states, series, ended } = setUp();
  states.set(sampleProbe(), {
    status: 'down',
    since: 0,
    outcome: failed('body', { found: 'a "quoted" \\ text\nin lines' }),
  });
  ended(sampleProbe(), passed({ samples: https }), { latenessMs: 0 });
  const checked = spawnSync(promtool, ['check', 'metrics'], { input: series.render(), encoding: 'utf8' });
  // Exit code 3 is lint: blackbox_exporter's own names break its naming rules. What cannot be parsed exits with 1.
  expect(checked.stderr).not.toMatch(/error while linting/);
  expect([0, 3]).toContain(checked.status);
});
