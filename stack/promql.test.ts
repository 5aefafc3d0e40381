import { describe, expect, test } from 'vitest';
import { aggregate, lastOverTime, select } from './promql.ts';

describe('a selector', () => {
  const cases = [
    { name: 'of all series', made: select('probe_success'), text: 'probe_success' },
    {
      name: 'of some',
      made: select('watchpost_probe_down', { service: 'panel', severity: { not: 'warning' } }),
      text: 'watchpost_probe_down{service="panel",severity!="warning"}',
    },
    {
      name: 'by pattern, quoted',
      made: select('up', { job: { like: 'a"b|\\d+' }, instance: { unlike: 'x.*' } }),
      text: 'up{job=~"a\\"b|\\\\d+",instance!~"x.*"}',
    },
    { name: 'over time', made: lastOverTime(select('up'), '1h'), text: 'last_over_time(up[1h])' },
    { name: 'aggregated', made: aggregate('max', ['service', 'probe'], 'x'), text: 'max by (service, probe) (x)' },
  ];
  test.each(cases)('$name', ({ made, text }) => {
    expect(made).toBe(text);
  });

  test('refuses a label that the series does not carry, and lists those it does', () => {
    expect(() => select('up', { probe: 'x' })).toThrow(
      'series "up" has no label "probe"; it has job, instance, service, location, team',
    );
  });
});
