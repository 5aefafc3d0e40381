import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { run, which } from '../../test/support/shell.ts';
import { generateAlerts } from '../index.ts';
import { sampleConfig, sampleSurroundings, written } from '../testing/sample.ts';

const promtool = await which('promtool');

/** A run, or a scrape, every five seconds. */
const stepSeconds = 5;
const steps = (minutes: number) => Math.round((minutes * 60) / stepSeconds);
/** The tests begin at 0, so that this is a month before. */
const monthAgo = -40 * 86_400;

/** What happened for so many minutes: runs that passed or failed, or nothing at all, not even a scrape. */
type Stretch = readonly [what: 'pass' | 'fail' | 'slow' | 'dead' | 'restart', minutes: number];

interface Probe {
  readonly name?: string;
  readonly location?: string;
  readonly service?: string;
  /** Unix seconds. */
  readonly firstRun: number;
  readonly stretches: readonly Stretch[];
}

interface Case {
  readonly name: string;
  readonly probes: readonly Probe[];
  /** Minutes after the beginning. */
  readonly at: number;
  /** What has fired until then, for however short. */
  readonly fired: readonly string[];
  /** … and what is recorded then. */
  readonly recorded?: Readonly<Record<string, number>>;
}

const [fast, slow, ticket, exhausted] = ['SLOBurnFast', 'SLOBurnSlow', 'SLOBurnTicket', 'SLOBudgetExhausted'].map(
  (alert) => (slo: string, service = 'web') => `${alert} ${service} ${slo}`,
) as [Name, Name, Name, Name];
type Name = (slo: string, service?: string) => string;

/** `web` promises 99.9 % of passing runs, and 95 % fast ones, over 30 days; so does `shop`. */
const cases: readonly Case[] = [
  {
    name: 'an outage of 50 s in a stack that is three minutes old pages nobody',
    probes: [{ firstRun: 0, stretches: [['pass', 2], ['fail', 50 / 60], ['pass', 40]] }],
    at: 40,
    fired: [],
    recorded: { 'slo:sli_error:ratio_rate1h{slo="availability"}': 0.0139 },
  },
  {
    name: 'an outage of five minutes in it does',
    probes: [{ firstRun: 0, stretches: [['pass', 3], ['fail', 5], ['pass', 20]] }],
    at: 8,
    fired: [fast('availability')],
    recorded: { 'slo:sli_error:ratio_rate1h{slo="availability"}': 0.0833 },
  },
  {
    name: 'slow answers in the first ten minutes are a sixth of an hour of them',
    probes: [{ firstRun: 0, stretches: [['slow', 20]] }],
    at: 10,
    fired: [],
    recorded: { 'slo:sli_error:ratio_rate1h{slo="latency"}': 0.1667 },
  },
  {
    name: 'where the prober was dead for 50 of 60 minutes, the ten that are known are what is judged',
    probes: [{ firstRun: monthAgo, stretches: [['pass', 90], ['dead', 50], ['fail', 11]] }],
    at: 150,
    fired: [fast('availability')],
    recorded: { 'slo:sli_error:ratio_rate1h{slo="availability"}': 1 },
  },
  {
    name: 'the prober dies after a short outage: the first run is not forgotten with it',
    probes: [{ firstRun: 0, stretches: [['pass', 2], ['fail', 50 / 60], ['pass', 1], ['dead', 40]] }],
    at: 40,
    fired: [],
  },
  {
    name: 'a restart begins the counters anew, and not the objective',
    probes: [
      { firstRun: monthAgo, stretches: [['pass', 70], ['dead', 0.5], ['restart', 0], ['pass', 2], ['fail', 4]] },
    ],
    at: 76,
    fired: [fast('availability')],
  },
  {
    name: 'a restart of the prober in a young stack makes nothing of a short outage either',
    probes: [
      { firstRun: 0, stretches: [['pass', 2], ['fail', 50 / 60], ['dead', 0.5], ['restart', 0], ['pass', 40]] },
    ],
    at: 40,
    fired: [],
  },
  {
    name: 'a service that is added later is young, and the one beside it is not',
    probes: [
      { firstRun: monthAgo, stretches: [['pass', 90], ['fail', 3], ['pass', 20]] },
      { service: 'shop', firstRun: 88 * 60, stretches: [['dead', 88], ['pass', 2], ['fail', 50 / 60], ['pass', 22]] },
    ],
    at: 112,
    fired: [fast('availability')],
  },
  {
    name: 'a probe that is renamed makes its service no younger',
    probes: [
      { name: 'live', firstRun: monthAgo, stretches: [['pass', 90], ['dead', 30]] },
      { name: 'alive', firstRun: monthAgo, stretches: [['dead', 90], ['pass', 5], ['fail', 3], ['pass', 20]] },
    ],
    at: 118,
    fired: [fast('availability')],
  },
  {
    name: 'a probe that is removed leaves the others to be judged',
    probes: [
      { name: 'live', firstRun: monthAgo, stretches: [['pass', 90], ['dead', 30]] },
      { name: 'ready', firstRun: monthAgo, stretches: [['pass', 100], ['fail', 4], ['pass', 10]] },
    ],
    at: 114,
    fired: [fast('availability')],
  },
  {
    name: 'of several locations the first that ran counts',
    probes: [
      { location: 'berlin', firstRun: monthAgo, stretches: [['pass', 90], ['fail', 4], ['pass', 10]] },
      { location: 'paris', firstRun: 85 * 60, stretches: [['dead', 85], ['pass', 5], ['fail', 4], ['pass', 10]] },
    ],
    at: 100,
    fired: [fast('availability')],
  },
  {
    name: 'of several locations that are young none pages for 50 s',
    probes: [
      { location: 'berlin', firstRun: 0, stretches: [['pass', 2], ['fail', 50 / 60], ['pass', 38]] },
      { location: 'paris', firstRun: 0, stretches: [['pass', 2], ['fail', 50 / 60], ['pass', 38]] },
    ],
    at: 40,
    fired: [],
  },
  {
    name: 'a budget is gone when so much has failed as the whole period allows, however young it is',
    probes: [{ firstRun: 0, stretches: [['fail', 90]] }],
    at: 75,
    fired: [fast('availability'), slow('availability'), exhausted('availability')],
  },
  {
    name: 'minutes of data, whatever came before them, say nothing of a budget of 30 days',
    probes: [{ firstRun: monthAgo, stretches: [['fail', 90]] }],
    at: 55,
    fired: [fast('availability'), slow('availability')],
  },
  {
    name: 'an objective without a first run is not judged',
    probes: [{ firstRun: Number.NaN, stretches: [['fail', 30]] }],
    at: 30,
    fired: [],
  },
];

describe('objectives that are younger than their window', () => {
  test.skipIf(!promtool).for(cases)('$name (needs promtool on PATH)', async (own) => {
    const config = sampleConfig();
    const [web] = config.services;
    if (!web) throw new Error('the sample has no service');
    const files = generateAlerts(
      { ...config, services: [web, { ...web, name: 'shop', dependsOn: [] }] },
      sampleSurroundings(),
    );
    const groups = ['slo-objectives', 'slo-short-windows', 'slo-long-windows'];
    const alerts = ['slo-burn-fast', 'slo-burn-slow', 'slo-burn-ticket', 'slo-budget-exhausted'];
    const content = stringify({
      rule_files: ['slo-recordings', ...alerts].map((name) => `../rules/${name}.yaml`),
      evaluation_interval: '30s',
      group_eval_order: [...groups, ...alerts],
      tests: [promtoolTest(own)],
    });
    const file = 'alerts/generated/tests/case.test.yaml';
    await using out = await written([...files, { path: file, content }]);
    const { code, stdout, stderr } = await run('promtool', ['test', 'rules', join(out.folder, file)]);
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(code).toBe(0);
  });

  test('what fires is named once', () => {
    expect(ticket('latency')).toBe('SLOBurnTicket web latency');
  });
});

function promtoolTest({ name, probes, at, fired, recorded = {} }: Case) {
  return {
    name,
    interval: `${stepSeconds}s`,
    input_series: probes.flatMap(inputs),
    promql_expr_test: [
      {
        expr: `count by (alertname, service, slo) (max_over_time(ALERTS{alertstate="firing"}[${at}m]))`,
        eval_time: `${at}m`,
        exp_samples: fired.map((one) => {
          const [alert, service, slo] = one.split(' ');
          return { labels: `{alertname="${alert}",service="${service}",slo="${slo}"}`, value: 1 };
        }),
      },
      ...Object.entries(recorded).map(([series, value]) => ({
        expr: `round(max by (slo) (${series}), 0.0001)`,
        eval_time: `${at}m`,
        exp_samples: [{ labels: `{${/slo="\w+"/.exec(series)?.[0]}}`, value }],
      })),
    ],
  };
}

function inputs({ name = 'ready', location = 'local', service = 'web', firstRun, stretches }: Probe) {
  const labels = `service="${service}",location="${location}",job="watchpost",instance="${location}:9815"`;
  const counted = (is: (what: Stretch[0]) => boolean) => {
    let count = 0;
    return stretches.flatMap(([what, minutes]) => {
      if (what === 'restart') count = 0;
      return Array.from({ length: steps(minutes) }, () => {
        if (what === 'dead') return 'stale';
        if (is(what)) count++;
        return String(count);
      });
    });
  };
  const values = (all: readonly string[]) => ['0', ...all].join(' ');
  const runs = (verdict: string, all: readonly string[]) => ({
    series: `watchpost_probe_runs_total{${labels},probe="${name}",target="t",verdict="${verdict}"}`,
    values: values(all),
  });
  const speed = (speed: string, all: readonly string[]) => ({
    series: `watchpost_slo_latency_runs_total{${labels},probe="${name}",speed="${speed}"}`,
    values: values(all),
  });
  const first = (slo: string) => ({
    series: `watchpost_slo_first_run_timestamp_seconds{${labels},probe="${name}",slo="${slo}"}`,
    values: values(counted(() => false).map((value) => (value === 'stale' ? value : String(firstRun)))).replace(
      /^0/,
      stretches[0]?.[0] === 'dead' ? 'stale' : String(firstRun),
    ),
  });
  return [
    runs(
      'pass',
      counted((what) => what === 'pass' || what === 'slow'),
    ),
    runs(
      'fail',
      counted((what) => what === 'fail'),
    ),
    speed(
      'fast',
      counted((what) => what === 'pass'),
    ),
    speed(
      'slow',
      counted((what) => what === 'slow'),
    ),
    ...(Number.isNaN(firstRun) ? [] : [first('availability'), first('latency')]),
  ];
}
