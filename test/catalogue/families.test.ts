import { expect, test } from 'vitest';
import { readFamilies, versionIn, writtenFile } from './families.ts';

const scrapes = [
  `# HELP shop_orders_total Orders, "all" of them {really}.
# TYPE shop_orders_total counter
shop_orders_total{kind="a,b=\\"c\\"",currency="}"} 1
shop_orders_total 2 1700000000000
# TYPE shop_seconds histogram
shop_seconds_bucket{le="1",path="/"} 1
shop_seconds_bucket{le="+Inf",path="/"} 1
shop_seconds_sum{path="/"} 0.5
shop_seconds_count{path="/"} 1
# TYPE shop_build_info gauge
shop_build_info{branch="x",goversion="go1.2",version="v3.4.5"} 1
# TYPE shop_never_seen gauge
`,
  `# TYPE shop_orders_total counter
shop_orders_total{region="eu"} 1
untold 7
`,
];

test('what a component has is read from its scrapes, and no value of a label', () => {
  expect(readFamilies(scrapes)).toEqual({
    counter: { shop_orders_total: ['currency', 'kind', 'region'] },
    gauge: { shop_build_info: ['branch', 'goversion', 'version'] },
    histogram: { shop_seconds: ['path'] },
    summary: {},
    untyped: { untold: [] },
  });
});

test('so is its version', () => {
  expect(versionIn(scrapes, 'shop_build_info')).toBe('3.4.5');
  expect(() => versionIn(scrapes, 'other_build_info')).toThrow('no series other_build_info says a version');
});

test('a file has a line for each metric', () => {
  const file = { component: 'shop', version: '3.4.5', captured: 'by hand', ...readFamilies([scrapes[1] ?? '']) };
  expect(writtenFile(file)).toBe(`{
  "component": "shop",
  "version": "3.4.5",
  "captured": "by hand",
  "counter": {
    "shop_orders_total": ["region"]
  },
  "gauge": {},
  "histogram": {},
  "summary": {},
  "untyped": {
    "untold": []
  }
}
`);
});
