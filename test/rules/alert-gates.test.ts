import { describe, expect, test } from 'vitest';
import { alertRules } from '../../alerts/rules/index.ts';
import { sampleConfig } from '../../alerts/testing/sample.ts';
import { watchdog } from '../../stack/alert-path.ts';

const config = sampleConfig();

/** It is true from the first evaluation on and nothing keeps it quiet: that is what it is for. */
const withoutQuiet = [watchdog];

/** What promtool is asked about an alert: it fires, it is quiet, and it does not fire an evaluation too early. */
function casesOf(rule: (typeof alertRules)[number]): Readonly<Record<'fires' | 'quiet' | 'justBelow', number>> {
  const tests = rule.tests(config);
  const fires = tests.filter(({ checks }) => checks.some(({ alerts }) => alerts.length > 0));
  const justBelow = fires.filter(({ checks }) =>
    checks.some(({ atMs, alerts }, i) => {
      const next = checks[i + 1];
      return alerts.length === 0 && next !== undefined && next.alerts.length > 0 && next.atMs > atMs;
    }),
  );
  return { fires: fires.length, quiet: tests.length - fires.length, justBelow: justBelow.length };
}

describe('every alert', () => {
  test.each(alertRules)('$alert has a case that fires it, one that does not, and one just below its time', (rule) => {
    const cases = casesOf(rule);
    if (withoutQuiet.includes(rule.alert)) {
      expect(cases).toEqual({ fires: 2, quiet: 0, justBelow: 0 });
      return;
    }
    expect(cases.fires).toBeGreaterThan(0);
    expect(cases.quiet).toBeGreaterThan(0);
    expect(cases.justBelow).toBe(cases.fires);
  });

  test.each(alertRules)('$alert is expected with all of its labels and its whole text', (rule) => {
    const written = Object.keys(rule.annotations(config)).sort();
    const expected = rule.tests(config).flatMap(({ checks }) => checks.flatMap(({ alerts }) => alerts));
    expect(expected.length).toBeGreaterThan(0);
    for (const { labels, annotations } of expected) {
      expect(labels).toMatchObject(rule.labels(config));
      expect(labels).toMatchObject({ severity: expect.any(String), team: expect.any(String) });
      expect(Object.keys(annotations).sort()).toEqual(written);
      expect(JSON.stringify({ labels, annotations })).not.toMatch(/\$labels|\$value/);
    }
  });
});

describe('what is critical', () => {
  const critical = alertRules.filter(({ severity, criticalBecause }) => severity === 'critical' || criticalBecause);

  test('is so for a reason', () => {
    const odd = critical.filter(
      ({ severity = 'critical', criticalBecause }) => severity !== 'critical' || !criticalBecause,
    );
    expect(odd.map(({ alert }) => alert)).toEqual([]);
  });

  test('is at most a quarter of all alerts', () => {
    expect(critical.length * 4, critical.map(({ alert }) => alert).join(', ')).toBeLessThanOrEqual(alertRules.length);
  });
});
