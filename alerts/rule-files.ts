import type { Config } from '../config/model.ts';
import { formatDuration } from '../stack/duration.ts';
import { type YamlValue, yamlFile } from '../stack/generated-yaml.ts';
import { scrapeIntervalMs } from '../stack/parts.ts';
import type { GeneratedFile } from '../stack/surroundings.ts';
import { expectedProbes } from './expected-probes.ts';
import { expectedUnits } from './expected-units.ts';
import { hostUnitFailedRule } from './rules/host-unit-failed.ts';
import { alertRules } from './rules/index.ts';
import { probeMissingRule } from './rules/probe-missing.ts';
import type { AlertRule, RuleTest } from './rules/rule.ts';
import { sloRecordings } from './slo/recordings.ts';
import { sloRecordingsTest } from './slo/recordings-test.ts';

const recordsName = 'expected-probes';
const unitsName = 'expected-units';
const sloName = 'slo-recordings';

/** Rule files for Prometheus, one for each alert and one for what they record. */
export function ruleFiles(config: Config): readonly GeneratedFile[] {
  const records = expectedProbes(config);
  const units = expectedUnits(config);
  return [
    ...(records.length > 0 ? [ruleFile(recordsName, 'What the configuration expects to run.', records)] : []),
    ...(units.length > 0 ? [ruleFile(unitsName, 'The systemd units that hosts name.', units)] : []),
    ...sloFile(config),
    ...alertRules
      .filter((rule) => rule.appliesTo(config))
      .map((rule) =>
        ruleFile(fileName(rule), `The alert ${rule.alert}.`, [
          {
            alert: rule.alert,
            expr: rule.expr(config),
            for: rule.forMs > 0 ? formatDuration(rule.forMs) : undefined,
            labels: rule.labels(config),
            annotations: rule.annotations(config),
          },
        ]),
      ),
  ];
}

/** The tests of those files, for `promtool test rules`: every alert fires, is quiet, and waits as long as it says. */
export function ruleTestFiles(config: Config): readonly GeneratedFile[] {
  return [
    ...(expectedProbes(config).length > 0 ? [expectedProbesTest(config)] : []),
    ...(expectedUnits(config).length > 0 ? [expectedUnitsTest(config)] : []),
    ...sloTest(config),
    ...alertRules
      .filter((rule) => rule.appliesTo(config))
      .map((rule) =>
        testFile(
          fileName(rule),
          [fileName(rule)],
          rule.stepMs,
          rule.tests(config).map((test) => promtoolTest(rule, test)),
        ),
      ),
  ];
}

/** In groups of their own: how often they are worth computing differs. */
function sloFile(config: Config): readonly GeneratedFile[] {
  const groups = sloRecordings(config);
  if (groups.length === 0) return [];
  const value = {
    groups: groups.map(({ name, intervalMs, rules }) => ({ name, interval: formatDuration(intervalMs), rules })),
  };
  return [yamlFile(`alerts/generated/rules/${sloName}.yaml`, 'What burn rates are computed from.', value)];
}

function ruleFile(name: string, about: string, rules: readonly YamlValue[]): GeneratedFile {
  return yamlFile(`alerts/generated/rules/${name}.yaml`, about, { groups: [{ name, rules }] });
}

function testFile(
  name: string,
  ruleFileNames: readonly string[],
  stepMs: number,
  tests: readonly YamlValue[],
): GeneratedFile {
  return yamlFile(`alerts/generated/tests/${name}.test.yaml`, 'Run by `promtool test rules`.', {
    rule_files: ruleFileNames.map((file) => `../rules/${file}.yaml`),
    evaluation_interval: formatDuration(stepMs),
    group_eval_order: ruleFileNames,
    tests,
  });
}

function promtoolTest(rule: AlertRule, test: RuleTest): YamlValue {
  return {
    name: test.name,
    interval: formatDuration(rule.stepMs),
    input_series: Object.entries(test.series).map(([series, values]) => ({ series, values })),
    alert_rule_test: test.checks.map(({ atMs, alerts }) => ({
      eval_time: formatDuration(atMs),
      alertname: rule.alert,
      exp_alerts: alerts.map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
    })),
  };
}

/** With what was recorded, not with series made for the test: a service that knows no probe at all misses each of them. */
function expectedProbesTest(config: Config): GeneratedFile {
  const records = expectedProbes(config);
  const missing = probeMissingRule;
  return testFile(recordsName, [recordsName, fileName(missing)], scrapeIntervalMs, [
    {
      name: 'every configured probe is expected, and missed where it does not run',
      interval: formatDuration(scrapeIntervalMs),
      input_series: [{ series: 'up{job="watchpost",instance="watchpost:9815"}', values: '1x60' }],
      promql_expr_test: [
        {
          expr: 'watchpost_probe_expected',
          eval_time: formatDuration(scrapeIntervalMs),
          exp_samples: records.map(recorded),
        },
        {
          expr: 'count(ALERTS{alertname="ProbeMissing",alertstate="firing"})',
          eval_time: formatDuration(missing.forMs + scrapeIntervalMs),
          exp_samples: [{ labels: '{}', value: records.length }],
        },
      ],
    },
  ]);
}

/** On a host that answers and whose systemd knows none of them. */
function expectedUnitsTest(config: Config): GeneratedFile {
  const records = expectedUnits(config);
  const failed = hostUnitFailedRule;
  return testFile(unitsName, [unitsName, fileName(failed)], scrapeIntervalMs, [
    {
      name: 'every unit that a host names is expected, and missed where systemd does not know it',
      interval: formatDuration(scrapeIntervalMs),
      input_series: config.services
        .filter(({ kind }) => kind === 'host')
        .map(({ name, team }) => ({ series: `up{job="host",service="${name}",team="${team}"}`, values: '1x60' })),
      promql_expr_test: [
        {
          expr: 'watchpost_unit_expected',
          eval_time: formatDuration(scrapeIntervalMs),
          exp_samples: records.map(recorded),
        },
        {
          expr: `count(ALERTS{alertname="${failed.alert}",alertstate="firing"})`,
          eval_time: formatDuration(failed.forMs + scrapeIntervalMs),
          exp_samples: [{ labels: '{}', value: records.length }],
        },
      ],
    },
  ]);
}

function recorded({ record, labels }: { readonly record: string; readonly labels: Readonly<Record<string, string>> }) {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return { labels: `${record}{${pairs.join(',')}}`, value: 1 };
}

function sloTest(config: Config): readonly GeneratedFile[] {
  const tests = sloRecordingsTest(config);
  if (tests.length === 0) return [];
  const content = {
    rule_files: [`../rules/${sloName}.yaml`],
    evaluation_interval: '1m',
    group_eval_order: sloRecordings(config).map(({ name }) => name),
    tests,
  };
  return [yamlFile(`alerts/generated/tests/${sloName}.test.yaml`, 'Run by `promtool test rules`.', content)];
}

/** `ProbeDown` is in `probe-down.yaml`, and `HostOOMKill` in `host-oom-kill.yaml`. */
function fileName(rule: AlertRule): string {
  return rule.alert.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
}
