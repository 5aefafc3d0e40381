import type { Config } from '../../config/model.ts';
import type { YamlValue } from '../../stack/generated-yaml.ts';
import { decimal, type Objective, objectives } from './objectives.ts';

const probe = 'service="SERVICE",probe="ready",target="t",location="local",job="watchpost",instance="watchpost:9815"';

/** The tests begin at 0: that is before every window. */
const longAgo = -100 * 86_400;

/**
 * For each objective that is like no other: a steady share of bad runs, ten a minute in all, is recorded as just that, and as its
 * burn rate. The rules are the same for every service, so that a thousand with one objective need one test.
 */
export function sloRecordingsTest(config: Config): readonly YamlValue[] {
  const different = new Map(objectives(config).map((own) => [`${own.slo} ${own.ratio} ${own.windowMs}`, own] as const));
  const all = [...different.values()];
  const each = all.map((objective) => ({
    name: `${objective.service}: ${objective.slo}`,
    interval: '1m',
    input_series: inputs(objective, longAgo),
    promql_expr_test: [
      sample(objective, 'slo:sli_error:ratio_rate5m', '10m', 0.1),
      sample(objective, 'slo:sli_error:ratio_rate1h', '2h', 0.1),
      sample(objective, 'slo:sli_error:ratio_rate6h', '7h', 0.1),
      sample(objective, 'slo:period_burned:ratio', '7h', 0.1 / Number(decimal(1 - objective.ratio))),
    ],
  }));
  const young = all.map((objective) => ({
    name: `${objective.service}: ${objective.slo}, half an hour after its first run`,
    interval: '1m',
    input_series: inputs(objective, 0),
    // What was before counts as good: half of the hour, and eleven of twelve parts of the six hours.
    promql_expr_test: [
      sample(objective, 'slo:sli_error:ratio_rate5m', '30m', 0.1),
      sample(objective, 'slo:sli_error:ratio_rate1h', '30m', 0.1 / 2),
      sample(objective, 'slo:sli_error:ratio_rate6h', '30m', 0.1 / 12),
    ],
  }));
  return [
    ...each,
    ...young,
    ...all
      .filter(({ slo }) => slo === 'availability')
      .slice(0, 1)
      .map(ofYesterday),
  ];
}

/** It failed, and has been well for longer than the day that is added up in small steps: that must not be forgotten. */
function ofYesterday(objective: Objective): YamlValue {
  const own = probe.replace('SERVICE', objective.service);
  const run = (verdict: string, values: string) => ({
    series: `watchpost_probe_runs_total{${own},verdict="${verdict}"}`,
    values,
  });
  // A failure a minute in the first two of 29 hours: 120 of 15,780 runs.
  const labels = `{service="${objective.service}",slo="availability"}`;
  return {
    name: `${objective.service}: availability, of yesterday`,
    interval: '1m',
    input_series: [...since(objective, longAgo, 1_800), run('pass', '0+9x1800'), run('fail', '0+1x120 120x1680')],
    promql_expr_test: [
      {
        expr: `round(slo:sli_error:ratio_rate3d${labels}, 0.001)`,
        eval_time: '1d5h',
        exp_samples: [{ labels, value: 0.008 }],
      },
      { expr: `slo:sli_error:ratio_rate1d${labels} > 0`, eval_time: '1d5h', exp_samples: [] },
    ],
  };
}

/** One run of ten is bad. What is inconclusive, or another service's, must change nothing. */
function inputs(objective: Objective, firstRun: number): readonly YamlValue[] {
  const { service, slo } = objective;
  const begun = since(objective, firstRun, 600);
  const own = probe.replace('SERVICE', service);
  const run = (verdict: string, perMinute: number, of = own) => ({
    series: `watchpost_probe_runs_total{${of},verdict="${verdict}"}`,
    values: `0+${perMinute}x600`,
  });
  const speed = (name: string, perMinute: number) => ({
    series: `watchpost_slo_latency_runs_total{service="${service}",speed="${name}",job="watchpost",instance="watchpost:9815"}`,
    values: `0+${perMinute}x600`,
  });
  if (slo === 'latency') return [...begun, speed('fast', 9), speed('slow', 1)];
  const stranger = probe.replace('SERVICE', 'stranger-under-test');
  return [...begun, run('pass', 9), run('fail', 1), run('inconclusive', 5), run('fail', 7, stranger)];
}

/** When the first run was that counts, and that there is one every six seconds. */
function since({ service, slo }: Objective, firstRun: number, minutes: number): readonly YamlValue[] {
  const own = probe.replace('SERVICE', service);
  return [
    { series: `watchpost_probe_interval_seconds{${own}}`, values: `6x${minutes}` },
    {
      series: `watchpost_slo_first_run_timestamp_seconds{service="${service}",slo="${slo}",job="watchpost",instance="watchpost:9815"}`,
      values: `${firstRun}x${minutes}`,
    },
  ];
}

/** Rounded, because so many sums of fractions are not exact. */
function sample({ service, slo }: Objective, name: string, at: string, value: number): YamlValue {
  const labels = `{service="${service}",slo="${slo}"}`;
  return {
    expr: `round(${name}${labels}, 0.0001)`,
    eval_time: at,
    exp_samples: [{ labels, value: Number((Math.round(value * 10_000) / 10_000).toFixed(4)) }],
  };
}
