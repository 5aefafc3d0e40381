import { describe, expect, test } from 'vitest';
import { briskPace, shortenExpression, shortened, shortenRoutes, shortenRules, suitePace } from './shortened.ts';

describe('a duration', () => {
  test.each([
    { is: 15_000, becomes: 15_000 },
    { is: 120_000, becomes: 120_000 },
    { is: 300_000, becomes: 120_000 },
    { is: 21_600_000, becomes: 360_000 },
    { is: 259_200_000, becomes: 4_320_000 },
  ])('of $is ms becomes $becomes ms', ({ is, becomes }) => {
    expect(shortened(is, suitePace)).toBe(becomes);
  });
});

test('at the pace of `npm test` a short wait becomes shorter too', () => {
  expect(shortened(120_000, briskPace)).toBe(20_000);
});

describe('an expression', () => {
  test.each([
    { name: 'a window', is: 'max_over_time(x[5m]) == 0', becomes: 'max_over_time(x[2m]) == 0' },
    { name: 'a window in steps', is: 'sum_over_time(a[6h:5m]) / 2', becomes: 'sum_over_time(a[6m:2m]) / 2' },
    { name: 'an age', is: 'time() - max by (job) (y) > 21600', becomes: 'time() - max by (job) (y) > 360' },
    { name: 'an age of the path', is: 'time() - (a or b) > 180', becomes: 'time() - (a or b) > 180' },
    {
      name: 'an age that is a metric',
      is: 'max(pg_stat_activity_max_tx_duration) > 900',
      becomes: 'max(pg_stat_activity_max_tx_duration) > 180',
    },
    {
      name: 'what of a window was before a time',
      is: 'a / (b + clamp_min(21600 - (time() - c), 0))',
      becomes: 'a / (b + clamp_min(360 - (time() - c), 0))',
    },
    { name: 'what is left of a certificate', is: 'x - time() < 259200', becomes: 'x - time() < 259200' },
    { name: 'a memory', is: 'last_over_time(x[1h]) == 1', becomes: 'last_over_time(x[1h]) == 1' },
    { name: 'a threshold', is: 'increase(x[10m]) > 3600', becomes: 'increase(x[2m]) > 3600' },
    {
      name: 'a look ahead',
      is: 'predict_linear(x[6h], 4 * 3600) < 0',
      becomes: 'predict_linear(x[6m], (4 * 3600) / 60) < 0',
    },
  ])('with $name', ({ is, becomes }) => {
    expect(shortenExpression(is, suitePace)).toBe(becomes);
  });

  test('that Prometheus would not read is not guessed at', () => {
    expect(() => shortenExpression('sum(x[5m', suitePace)).toThrow('this is no PromQL: sum(x[5m');
  });
});

test('a rule keeps its words, and what it waits for is shorter', () => {
  const text = `groups:
  - name: g
    interval: 5m
    rules:
      - alert: A
        expr: x[1h] > 0
        for: 30m
        annotations:
          description: For an hour, {{ query "x[1h]" }}.
`;
  expect(shortenRules(text, suitePace)).toBe(`groups:
  - name: g
    interval: 2m
    rules:
      - alert: A
        expr: x[2m] > 0
        for: 2m
        annotations:
          description: For an hour, {{ query "x[1h]" }}.
`);
});

test('a route tells of the end sooner, and of the beginning when it does', () => {
  expect(shortenRoutes('route:\n  group_wait: 30s\n  group_interval: 5m\n  repeat_interval: 12h\n', suitePace)).toBe(
    'route:\n  group_wait: 30s\n  group_interval: 2m\n  repeat_interval: 12h\n',
  );
});
