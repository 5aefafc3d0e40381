import { describe, expect, test } from 'vitest';
import { commonestLine, containing, countLines, newestNumber, noLines, notContaining, stream, where } from './logql.ts';

const web = stream({ service_name: 'web' });

describe('a query of log lines', () => {
  const cases = [
    { name: 'of a stream', made: web, text: '{service_name="web"}' },
    {
      name: 'of some of its lines',
      made: where(stream({ service_name: 'web', source: { not: 'file' } }), 'detected_level', { like: 'error|fatal' }),
      text: '{service_name="web",source!="file"} | detected_level=~"error|fatal"',
    },
    {
      name: 'of lines with a text and without another, quoted',
      made: notContaining(containing(web, String.raw`\bsaid "no"`), '^#'),
      text: String.raw`{service_name="web"} |~ "\\bsaid \"no\"" !~ "^#"`,
    },
    { name: 'counted', made: countLines(web, '5m'), text: 'sum(count_over_time({service_name="web"} [5m]))' },
    {
      name: 'counted as of yesterday',
      made: countLines(web, '5m', '1d'),
      text: 'sum(count_over_time({service_name="web"} [5m] offset 1d))',
    },
    { name: 'of none', made: noLines(web, '15m'), text: 'sum(absent_over_time({service_name="web"} [15m]))' },
    {
      name: 'of the newest number',
      made: newestNumber(web, 'nonce', '3m'),
      text: 'sum(last_over_time({service_name="web"} | unwrap nonce [3m]) by (service_name))',
    },
    {
      name: 'of the commonest line',
      made: commonestLine(web, 80, '5m'),
      text: 'topk(1, sum by (line) (count_over_time({service_name="web"} | regexp "(?P<line>.{1,80})" [5m])))',
    },
  ];
  test.each(cases)('$name', ({ made, text }) => {
    expect(made).toBe(text);
  });
});
