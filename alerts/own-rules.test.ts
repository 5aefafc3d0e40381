import { describe, expect, test } from 'vitest';
import type { Rule } from '../stack/rule.ts';
import { ownRuleFiles } from './own-rule-files.ts';
import { checkOwnRules } from './own-rules.ts';
import { sampleConfig } from './testing/sample.ts';

function alert(expr: string): Rule {
  const labels = { severity: 'warning', team: 'ops' };
  return { kind: 'alert', name: 'Own', expr, labels, annotations: { summary: 'x' }, group: { name: 'own' } };
}

function recording(name: string, expr: string): Rule {
  return { kind: 'record', name, expr, labels: {}, annotations: {}, group: { name: 'own' } };
}

const cases: readonly { readonly name: string; readonly rules: readonly Rule[]; readonly is: readonly string[] }[] = [
  { name: "an application's own metric", rules: [alert('shop_orders_waiting > 5')], is: [] },
  { name: 'one of an exporter that we do not know', rules: [alert('mysql_up == 0')], is: [] },
  { name: 'one like no other of an exporter that we know', rules: [alert('pg_orders_waiting > 5')], is: [] },
  {
    name: 'one almost like that of an exporter that we know',
    rules: [alert('pg_stat_activity_counts > 5')],
    is: ['nothing exports the metric "pg_stat_activity_counts"'],
  },
  {
    name: 'one that it records itself, by a label that this has not',
    rules: [recording('own:up:sum', 'sum by (job) (up)'), alert('max by (instance) (own:up:sum) > 5')],
    is: ['max by "instance", a label that is not in what it aggregates'],
  },
  {
    name: 'the same by a label that it has',
    rules: [recording('own:up:sum', 'sum by (job) (up)'), alert('max by (job) (own:up:sum) > 5')],
    is: [],
  },
  {
    name: 'a check that its query switches off',
    rules: [alert('# watchpost: ignore promql/counter\nredis_commands_processed_total > 5')],
    is: [],
  },
];

describe('rules of the user', () => {
  test.each(cases)('$name', ({ rules, is }) => {
    expect(checkOwnRules(rules, sampleConfig()).map(({ problem }) => problem.message)).toEqual(is);
  });

  test('are copied word for word, and their tests find them', () => {
    const ruleFiles = [
      { name: 'a.yaml', text: 'groups: []' },
      { name: 'a.test.yaml', text: 'rule_files:\n  - ./a.yaml\n  - "b.yaml" # the other\ntests: []\n' },
      { name: 'b.test.yaml', text: 'rule_files: [a.yaml, b.yaml]\ntests: []\n' },
      { name: 'b.yaml', text: '# mine\ngroups: []\n' },
    ];
    const copied = (name: string) => `# Copied by \`watchpost generate\` from ${name}; do not edit here.\n`;
    expect(ownRuleFiles({ ...sampleConfig(), ruleFiles })).toEqual([
      { path: 'alerts/generated/rules/own-a.yaml', content: `${copied('a.yaml')}groups: []\n` },
      {
        path: 'alerts/generated/tests/own-a.test.yaml',
        content: `${copied('a.test.yaml')}rule_files:\n  - ../rules/own-a.yaml\n  - ../rules/own-b.yaml # the other\ntests: []\n`,
      },
      {
        path: 'alerts/generated/tests/own-b.test.yaml',
        content: `${copied('b.test.yaml')}rule_files: [../rules/own-a.yaml, ../rules/own-b.yaml]\ntests: []\n`,
      },
      { path: 'alerts/generated/rules/own-b.yaml', content: `${copied('b.yaml')}# mine\ngroups: []\n` },
    ]);
  });
});
