import { parser } from '@grafana/lezer-logql';
import { load } from 'js-yaml';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { pathSources } from '../../stack/alert-path.ts';
import { severities } from '../../stack/labels.ts';
import { logAlerts } from '../../stack/log-alerts.ts';
import { logLabels } from '../../stack/logql.ts';
import { configForTest, serviceForTest } from '../../test/support/generator-input.ts';
import { logRules } from './index.ts';
import { quotedLine } from './quoted-line.ts';
import { logRuleFiles } from './rule-files.ts';

const config = configForTest({
  services: [
    serviceForTest({ name: 'shop-api', team: 'shop', logs: { kind: 'file', glob: '/srv/shop/log/*.log' } }),
    serviceForTest({ name: 'edge', logs: { kind: 'unit', unit: 'nginx' } }),
    serviceForTest({ name: 'without-logs' }),
  ],
});

/** What a query names, and where it does not parse. */
function readQuery(query: string) {
  const labels: string[] = [];
  const faults: string[] = [];
  parser.parse(query).iterate({
    enter: (node) => {
      const text = query.slice(node.from, node.to);
      if (node.type.isError) faults.push(`${node.from}: ${text}`);
      if (node.name === 'Identifier') labels.push(text);
    },
  });
  return { labels, faults };
}

/** The queries in an annotation. */
function templateQueries(text: string): readonly string[] {
  return [...text.matchAll(/query `([^`]*)`/g)].map(([, query = '']) => query);
}

const made = logRules.flatMap((rule) =>
  rule.rules(config).map((one) => ({ name: `${rule.alert} of ${one.labels.service ?? one.labels.source}`, rule, one })),
);

describe.each(made)('$name', ({ rule, one }) => {
  test('parses, and names labels that lines have', () => {
    const queries = [one.expr, ...Object.values(one.annotations).flatMap(templateQueries)];
    for (const query of queries) {
      const { labels, faults } = readQuery(query);
      expect({ query, faults }).toEqual({ query, faults: [] });
      expect(labels).toContain('service_name');
      // Three are made in the query itself.
      expect(labels.filter((label) => ![...logLabels, 'line', 'address', 'jail'].includes(label))).toEqual([]);
    }
  });

  test('says what it is about, what to do, and where to look', () => {
    const { summary, description, action, ...links } = one.annotations;
    for (const text of [summary, description, action]) expect(text).toMatch(/\S/);
    expect(Object.keys(links)).toEqual(
      expect.arrayContaining(['dashboard_url', 'runbook_url', 'logs_url', 'silence_url']),
    );
    expect(links.runbook_url).toBe(`${config.urls.watchpost}/runbooks/${rule.alert}`);
  });

  test('carries the labels that routes need, and no other', () => {
    const { severity, team, stack, environment, ...subject } = one.labels;
    expect([...severities, 'none']).toContain(severity);
    expect({ stack, environment }).toEqual({ stack: 'shop', environment: 'production' });
    expect([
      { subject: { service: 'shop-api' }, team: 'shop' },
      { subject: { service: 'edge' }, team: 'ops' },
      { subject: { source: 'loki' }, team: 'default' },
    ]).toContainEqual({ subject, team });
  });
});

describe('the list of log alerts', () => {
  test('is the one that runbooks go by', () => {
    expect(logRules.map(({ alert }) => alert)).toEqual([...logAlerts]);
  });

  test('has a rule for each service with logs, and the Watchdog alert of this source', () => {
    const services = logRules.map((rule) => ({
      alert: rule.alert,
      of: rule.rules(config).map(({ labels }) => labels.service ?? labels.source),
    }));
    const both = ['shop-api', 'edge'];
    expect(services).toEqual([
      { alert: 'LogFatal', of: both },
      { alert: 'LogErrorSpike', of: both },
      { alert: 'LogSourceSilent', of: both },
      { alert: 'LogAuthFailures', of: both },
      { alert: 'LogAddressBanned', of: both },
      { alert: 'Watchdog', of: ['loki'] },
    ]);
    expect(pathSources).toContain('loki');
  });

  test('is one file for each alert, and only the Watchdog where nobody has logs', () => {
    const paths = (of: typeof config) => logRuleFiles(of).map(({ path }) => path.replace('loki/generated/rules/', ''));
    expect(paths(config)).toEqual([
      'fake/log-fatal.yaml',
      'fake/log-error-spike.yaml',
      'fake/log-source-silent.yaml',
      'fake/log-auth-failures.yaml',
      'fake/log-address-banned.yaml',
      'fake/watchdog.yaml',
    ]);
    expect(paths(configForTest())).toEqual(['fake/watchdog.yaml']);
  });

  test('reads as rule groups', () => {
    const [fatal, spike] = logRuleFiles(config).map(({ content }) => load(content));
    expect(fatal).toMatchObject({ groups: [{ name: 'log-fatal', rules: [{ alert: 'LogFatal' }, {}] }] });
    expect(spike).toMatchObject({
      groups: [{ name: 'log-error-spike', interval: '1m', rules: [{ alert: 'LogErrorSpike', for: '2m' }, {}] }],
    });
  });
});

/** What the template makes of a line, by the engine whose syntax Go's is. */
function redact(line: string): string {
  const replaced = [...quotedLine('{}', '5m').matchAll(/reReplaceAll `([^`]*)` `([^`]*)`/g)];
  expect(replaced).toHaveLength(3);
  return replaced.reduce(
    (text, [, regex = '', instead = '']) => RE2JS.compile(regex).matcher(text).replaceAll(instead),
    line,
  );
}

describe('a line in a page', () => {
  test.each([
    {
      name: 'loses the account in a URL',
      line: 'panic: dial postgres://panel:hunter2@db:5432/app failed',
      told: 'panic: dial postgres://[redacted]@db:5432/app failed',
    },
    {
      name: 'loses it where the line was cut before the host',
      line: 'panic: dial postgres://panel:hunt',
      told: 'panic: dial postgres://[redacted]',
    },
    { name: 'keeps a port', line: 'FATAL cannot reach http://db:5432', told: 'FATAL cannot reach http://db:5432' },
    {
      name: 'loses what is named like a secret',
      line: 'panic: password=hunter2, API_KEY: "a b", "token":"xyz", Authorization: Bearer abc.def gone',
      told: 'panic: password=[redacted], API_KEY: [redacted], "token":[redacted], Authorization: [redacted] gone',
    },
    {
      name: 'is left as it is otherwise',
      line: 'panic: index out of range [3]',
      told: 'panic: index out of range [3]',
    },
  ])('$name', ({ line, told }) => {
    expect(redact(line)).toBe(told);
  });
});
