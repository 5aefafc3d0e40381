import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { run, which } from '../../test/support/shell.ts';
import { generateAlerts } from '../index.ts';
import { sampleConfig, sampleSurroundings, written } from '../testing/sample.ts';

const promtool = await which('promtool');

/** A run, or a scrape, every ten seconds. */
const stepSeconds = 10;
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

/** `web` promises 99.9 % of passing runs, and 95 % fast ones, over 30 days; so does `shop`. */
const cases: readonly Case[] = [
  {
    name: 'an outage of 50 s in a stack that is three minutes old pages nobody',
    probes: [
      {
        firstRun: 0,
        stretches: [
          ['pass', 2],
          ['fail', 50 / 60],
          ['pass', 40],
        ],
      },
    ],
    at: 40,
    fired: [],
    recorded: { 'slo:sli_error:ratio_rate1h{slo="availability"}': 0.0139 },
  },
  {
    name: 'an outage of five minutes in it does',
    probes: [
      {
        firstRun: 0,
        stretches: [
          ['pass', 3],
          ['fail', 5],
          ['pass', 20],
        ],
      },
    ],
    at: 8,
    fired: ['SLOBurnFast web availability'],
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
    probes: [
      {
        firstRun: monthAgo,
        stretches: [
          ['pass', 90],
          ['dead', 50],
          ['fail', 11],
        ],
      },
    ],
    at: 150,
    fired: ['SLOBurnFast web availability'],
    recorded: { 'slo:sli_error:ratio_rate1h{slo="availability"}': 1 },
  },
  {
    name: 'the prober dies after a short outage: the first run is not forgotten with it',
    probes: [
      {
        firstRun: 0,
        stretches: [
          ['pass', 2],
          ['fail', 40 / 60],
          ['pass', 1],
          ['dead', 40],
        ],
      },
    ],
    at: 40,
    fired: [],
  },
  {
    name: 'a restart begins the counters anew, and not the objective',
    probes: [
      {
        firstRun: 0,
        stretches: [
          ['pass', 70],
          ['dead', 0.5],
          ['restart', 0],
          ['pass', 2],
          ['fail', 4],
        ],
      },
    ],
    at: 76,
    fired: ['SLOBurnFast web availability'],
  },
  {
    name: 'a restart of the prober in a young stack makes nothing of a short outage either',
    probes: [
      {
        firstRun: 0,
        stretches: [
          ['pass', 2],
          ['fail', 50 / 60],
          ['dead', 0.5],
          ['restart', 0],
          ['pass', 40],
        ],
      },
    ],
    at: 40,
    fired: [],
  },
  {
    name: 'a service that is added later is young, and the one beside it is not',
    probes: [
      {
        firstRun: 0,
        stretches: [
          ['pass', 90],
          ['fail', 2],
          ['pass', 20],
        ],
      },
      {
        service: 'shop',
        firstRun: 88 * 60,
        stretches: [
          ['dead', 88],
          ['pass', 2],
          ['fail', 50 / 60],
          ['pass', 22],
        ],
      },
    ],
    at: 112,
    fired: ['SLOBurnFast web availability'],
  },
  {
    name: 'a probe that is renamed makes its service no younger',
    probes: [
      {
        name: 'live',
        firstRun: 0,
        stretches: [
          ['pass', 90],
          ['dead', 30],
        ],
      },
      {
        name: 'alive',
        firstRun: 0,
        stretches: [
          ['dead', 90],
          ['pass', 5],
          ['fail', 2],
          ['pass', 20],
        ],
      },
    ],
    at: 118,
    fired: ['SLOBurnFast web availability'],
  },
  {
    name: 'a probe that is removed leaves the others to be judged',
    probes: [
      {
        name: 'live',
        firstRun: 0,
        stretches: [
          ['pass', 90],
          ['dead', 30],
        ],
      },
      {
        name: 'ready',
        firstRun: 0,
        stretches: [
          ['pass', 100],
          ['fail', 4],
          ['pass', 10],
        ],
      },
    ],
    at: 114,
    fired: ['SLOBurnFast web availability'],
  },
  {
    name: 'of several locations the first that ran counts',
    probes: [
      {
        location: 'berlin',
        firstRun: 0,
        stretches: [
          ['pass', 90],
          ['fail', 4],
          ['pass', 10],
        ],
      },
      {
        location: 'paris',
        firstRun: 85 * 60,
        stretches: [
          ['dead', 85],
          ['pass', 5],
          ['fail', 4],
          ['pass', 10],
        ],
      },
    ],
    at: 100,
    fired: ['SLOBurnFast web availability'],
  },
  {
    name: 'of several locations that are young none pages for 50 s',
    probes: [
      {
        location: 'berlin',
        firstRun: 0,
        stretches: [
          ['pass', 2],
          ['fail', 50 / 60],
          ['pass', 38],
        ],
      },
      {
        location: 'paris',
        firstRun: 0,
        stretches: [
          ['pass', 2],
          ['fail', 50 / 60],
          ['pass', 38],
        ],
      },
    ],
    at: 40,
    fired: [],
  },
  {
    name: 'a budget is gone when so much has failed as the whole period allows, however young it is',
    probes: [{ firstRun: 0, stretches: [['fail', 90]] }],
    at: 75,
    fired: [
      'SLOBudgetExhausted web availability',
      'SLOBurnFast web availability',
      'SLOBurnSlow web availability',
      'SLOBurnTicket web availability',
    ],
  },
  {
    name: 'minutes of data, whatever came before them, say nothing of a budget of 30 days',
    probes: [{ firstRun: monthAgo, stretches: [['fail', 90]] }],
    at: 55,
    fired: ['SLOBurnFast web availability', 'SLOBurnSlow web availability'],
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
      evaluation_interval: '1m',
      group_eval_order: [...groups, ...alerts],
      tests: [promtoolTest(own)],
    });
    const file = 'alerts/generated/tests/case.test.yaml';
    await using out = await written([...files, { path: file, content }]);
    const { code, stdout, stderr } = await run('promtool', ['test', 'rules', join(out.folder, file)]);
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(code).toBe(0);
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
  const own = `service="${service}",location="${location}",job="watchpost",instance="${location}:9815"`;
  const isLater = stretches[0]?.[0] === 'dead';
  /** A scrape each step; `each` says what it finds after what happened since the one before. */
  const values = (first: number, each: (what: Stretch[0], before: number) => number) => {
    let value = first;
    const scraped = stretches.flatMap(([what, minutes]) => {
      if (what === 'restart') value = first;
      return Array.from({ length: steps(minutes) }, () => {
        if (what === 'dead') return 'stale';
        value = each(what, value);
        return String(value);
      });
    });
    return [isLater ? 'stale' : String(first), ...scraped].join(' ');
  };
  const counted = (...these: readonly Stretch[0][]) =>
    values(0, (what, before) => before + (these.includes(what) ? 1 : 0));
  const first = (slo: string) => ({
    series: `watchpost_slo_first_run_timestamp_seconds{${own},slo="${slo}"}`,
    values: values(firstRun, () => firstRun),
  });
  const ofProbe = `${own},probe="${name}",target="t"`;
  return [
    { series: `watchpost_probe_interval_seconds{${ofProbe}}`, values: values(stepSeconds, () => stepSeconds) },
    {
      series: `watchpost_probe_runs_total{${ofProbe},verdict="pass"}`,
      values: counted('pass', 'slow'),
    },
    { series: `watchpost_probe_runs_total{${ofProbe},verdict="fail"}`, values: counted('fail') },
    { series: `watchpost_slo_latency_runs_total{${ofProbe},speed="fast"}`, values: counted('pass') },
    { series: `watchpost_slo_latency_runs_total{${ofProbe},speed="slow"}`, values: counted('slow') },
    ...(Number.isNaN(firstRun) ? [] : [first('availability'), first('latency')]),
  ];
}
