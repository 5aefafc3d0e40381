import { describe, expect, test } from 'vitest';
import { ExpositionWriter, labelText } from './exposition.ts';
import { readExposition } from './read-exposition.ts';

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

function renderFamilies(families: readonly Family[]): string {
  const writer = new ExpositionWriter();
  for (const family of families) {
    writer.family(family);
    for (const { labels, value } of family.samples) writer.sample(value, labelText(labels));
  }
  return writer.take();
}

describe('the text format', () => {
  test('has help, type and samples of a family together', () => {
    const text = renderFamilies([
      { name: 'up', type: 'gauge', help: 'Whether it is up.', samples: [{ labels: { a: '1', b: '2' }, value: 1 }] },
      { name: 'none', type: 'gauge', help: 'Without samples it is left out.', samples: [] },
      { name: 'runs_total', type: 'counter', help: 'Runs.', samples: [{ labels: {}, value: 0.25 }] },
    ]);
    expect(text).toBe(
      [
        '# HELP up Whether it is up.',
        '# TYPE up gauge',
        'up{a="1",b="2"} 1',
        '# HELP runs_total Runs.',
        '# TYPE runs_total counter',
        'runs_total 0.25',
        '',
      ].join('\n'),
    );
  });

  test.each([
    { name: 'a quote', value: 'status "503"', read: 'status "503"' },
    { name: 'a backslash', value: 'C:\\new', read: 'C:\\new' },
    { name: 'a line feed', value: 'two\nlines', read: 'two\nlines' },
    { name: 'a carriage return, which is dropped', value: 'two\r\nlines', read: 'two\nlines' },
    { name: 'braces, commas and equal signs', value: 'x{a="b",c=1} 2', read: 'x{a="b",c=1} 2' },
    { name: 'letters beyond ASCII', value: 'größer 🔥', read: 'größer 🔥' },
    { name: 'half a surrogate pair, which is replaced', value: 'cut \ud83d', read: 'cut \ufffd' },
  ])('keeps a label value with $name', ({ value, read }) => {
    const text = renderFamilies([
      { name: 'm', type: 'gauge', help: 'H.', samples: [{ labels: { found: value }, value: 1 }] },
    ]);
    expect(text.split('\n')).toHaveLength(4);
    expect(readExposition(text)).toEqual([{ name: 'm', labels: { found: read }, value: 1 }]);
  });

  test.each([
    { labels: 'a="1"', more: 'b="2"', written: 'm{a="1",b="2"} 1' },
    { labels: 'a="1"', more: '', written: 'm{a="1"} 1' },
    { labels: '', more: 'b="2"', written: 'm{b="2"} 1' },
    { labels: '', more: '', written: 'm 1' },
  ])('puts labels behind labels: $written', ({ labels, more, written }) => {
    const writer = new ExpositionWriter();
    writer.family({ name: 'm', type: 'gauge', help: 'H.' });
    writer.sample(1, labels, more);
    expect(writer.take().split('\n')[2]).toBe(written);
    expect(writer.take()).toBe('');
  });

  test('leaves an empty label out: to Prometheus it is the same as none', () => {
    const text = renderFamilies([
      { name: 'm', type: 'gauge', help: 'H.', samples: [{ labels: { a: '', b: 'x' }, value: 1 }] },
    ]);
    expect(text).toContain('m{b="x"} 1\n');
  });

  test.each([
    { value: Number.POSITIVE_INFINITY, written: '+Inf' },
    { value: Number.NEGATIVE_INFINITY, written: '-Inf' },
    { value: Number.NaN, written: 'NaN' },
    { value: 1_795_454_253.802, written: '1795454253.802' },
    { value: 1e-7, written: '1e-7' },
  ])('writes $written', ({ value, written }) => {
    const text = renderFamilies([{ name: 'm', type: 'gauge', help: 'H.', samples: [{ labels: {}, value }] }]);
    expect(text).toContain(`\nm ${written}\n`);
    expect(readExposition(text)).toHaveLength(1);
  });

  test('escapes help', () => {
    const text = renderFamilies([
      { name: 'm', type: 'gauge', help: 'a \\ and\nb', samples: [{ labels: {}, value: 1 }] },
    ]);
    expect(text.split('\n')[0]).toBe('# HELP m a \\\\ and\\nb');
    expect(readExposition(text)).toHaveLength(1);
  });
});
