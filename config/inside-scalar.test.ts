import { expect, test } from 'vitest';
import { parseDocument, type Scalar } from 'yaml';
import { insideScalar } from './inside-scalar.ts';

const cases = [
  { name: 'a plain text', source: 'expr: sum(up) == 0', find: 'up', at: 'up' },
  { name: 'quotation marks', source: 'expr: "sum(up) == 0"', find: 'up', at: 'up' },
  { name: 'a block', source: 'expr: |\n  sum(\n    up\n  ) == 0\n', find: '== 0', at: '== 0' },
  { name: 'a block that is folded', source: 'expr: >-\n  sum(x)\n  and\n  up == 0\n', find: 'up', at: 'up' },
  { name: 'a plain text over two lines', source: 'expr: sum(x)\n  and up == 0\n', find: 'and up', at: 'and up' },
  { name: 'a piece over two lines', source: 'expr: |\n  sum(\n   up)\n', find: 'sum(\n up)', at: 'sum(\n   up)' },
  { name: 'escapes: the whole', source: 'expr: "a{b=\\"c\\"} + up"', find: 'up', at: '"a{b=\\"c\\"} + up"' },
  { name: 'wide characters', source: 'text: "🚨 é {{ x }}"', find: '{{ x }}', at: '{{ x }}' },
];

test.each(cases)('finds a piece in $name', ({ source, find, at }) => {
  const [scalar] = (parseDocument(source).contents as unknown as { items: { value: Scalar<string> }[] }).items;
  const value = scalar?.value.value ?? '';
  const [from = 0, to = 0] = scalar?.value.range ?? [];
  const start = value.indexOf(find);
  expect(start).toBeGreaterThanOrEqual(0);
  const span = insideScalar(source, { from, to }, value, { from: start, to: start + find.length });
  expect(source.slice(span.from, span.to)).toBe(at);
});
