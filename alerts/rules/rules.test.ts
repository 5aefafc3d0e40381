import { describe, expect, test } from 'vitest';
import { identityLabels, severities } from '../../stack/labels.ts';
import { knownSeries } from '../../stack/promql.ts';
import { readQuery } from '../checks/query.ts';
import { sampleConfig } from '../testing/sample.ts';
import { alertRules } from './index.ts';

const config = sampleConfig();

/** The queries inside an alert's annotations, with a value where the template puts one. */
function templateQueries(text: string): readonly string[] {
  return [...text.matchAll(/printf "([^"]*)"[^}]*\| query/g)].map(([, query = '']) =>
    query.replaceAll('%q', '"x"').replaceAll('%f', '1'),
  );
}

describe.each(alertRules)('$alert', (rule) => {
  const annotations = rule.annotations(config);
  const tests = rule.tests(config);

  test('parses, and asks for series that exist', () => {
    const queries = [rule.expr(config), ...Object.values(annotations).flatMap(templateQueries)];
    for (const query of queries) {
      const { selectors, faults } = readQuery(query);
      expect({ query, faults }).toEqual({ query, faults: [] });
      // A query without a name asks for nothing that is known.
      const unknown = selectors.filter(({ name }) => name === undefined || !knownSeries(name));
      expect({ query, unknown: unknown.map(({ text }) => text) }).toEqual({ query, unknown: [] });
    }
  });

  test('says what it is about, what to do, and where to look', () => {
    expect(Object.keys(annotations)).toEqual(
      expect.arrayContaining([
        'summary',
        'description',
        'action',
        'dashboard_url',
        'runbook_url',
        'logs_url',
        'silence_url',
      ]),
    );
    expect(annotations.runbook_url).toBe(`${config.urls.watchpost}/runbooks/${rule.alert}`);
  });

  test('carries the labels that routes need', () => {
    expect(rule.labels(config)).toMatchObject({ stack: 'shop', environment: 'test' });
    const fired = tests.flatMap(({ checks }) => checks.flatMap(({ alerts }) => alerts.map(({ labels }) => labels)));
    for (const labels of fired) {
      expect([...severities, 'none']).toContain(labels.severity);
      expect(labels.team).not.toBe('');
      expect(labels.team).toBeDefined();
    }
  });
});

describe('the list of alerts', () => {
  test('names each once', () => {
    const names = alertRules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
  });

  test('pages with the identity labels when a probe is down', () => {
    const [rule] = alertRules;
    const fired = rule?.tests(config).flatMap(({ checks }) => checks.flatMap(({ alerts }) => alerts)) ?? [];
    expect(fired.length).toBeGreaterThan(3);
    for (const { labels } of fired) {
      expect(['alertname', ...Object.keys(labels)].sort()).toEqual([...identityLabels].sort());
    }
  });

  test('names who is affected in the page of each service', () => {
    const affects = alertRules[0]?.annotations(config).affects;
    expect(affects).toBe(
      '{{ if eq $labels.service "web" }}proxy' +
        '{{ else if eq $labels.service "panel" }}web, proxy' +
        '{{ else if eq $labels.service "postgres" }}panel, web, proxy' +
        '{{ else if eq $labels.service "redis" }}panel, web, proxy' +
        '{{ else if eq $labels.service "server" }}engine{{ end }}',
    );
  });
});
