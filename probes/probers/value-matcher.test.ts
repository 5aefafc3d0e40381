import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { textMatcherSchema, valueMatcherSchema } from './value-matcher.ts';

type Written = z.input<typeof valueMatcherSchema>;

const values: readonly {
  readonly written: Written;
  readonly matches: readonly unknown[];
  readonly not: readonly unknown[];
  readonly words: string;
}[] = [
  { written: 'ready', matches: ['ready'], not: ['Ready', 'ready!', null, undefined, ['ready']], words: '"ready"' },
  { written: 5, matches: [5, 5.0], not: ['5', 6, true], words: '5' },
  { written: false, matches: [false], not: ['false', 0, null, undefined], words: 'false' },
  { written: null, matches: [null], not: [undefined, 'null', 0, ''], words: 'null' },
  { written: '/^re/', matches: ['ready', 'red'], not: ['Ready', null, undefined, {}], words: '/^re/' },
  { written: '/READY/i', matches: ['ready'], not: ['red'], words: '/READY/i' },
  { written: '/^4/', matches: [42, '42'], not: [24], words: '/^4/' },
  { written: '< 5', matches: [4, -1, 4.99], not: [5, '4', null, undefined, [], true], words: '< 5' },
  { written: '<= 5', matches: [5, 4], not: [5.1], words: '<= 5' },
  { written: '> 0.5', matches: [1, 0.51], not: [0.5, 'x'], words: '> 0.5' },
  { written: '>=-2', matches: [-2, 0], not: [-3], words: '>= -2' },
  { written: '> 1e3', matches: [1001], not: [1000], words: '> 1000' },
  { written: '> "2"', matches: ['3', '10'], not: [3, '2', '1', undefined], words: '> "2"' },
  { written: '>= "1.9.2"', matches: ['1.9.2', '1.10.0', '2'], not: ['1.9.1', '1.9', 2], words: '>= "1.9.2"' },
  {
    written: '< "2026-12-01"',
    matches: ['2026-11-30T23:59:59Z'],
    not: ['2026-12-01', '2027'],
    words: '< "2026-12-01"',
  },
  { written: "> 'a'", matches: ['b', 'aa'], not: ['a', 'A'], words: '> "a"' },
  { written: 'exists', matches: ['', 0, null, false, {}], not: [undefined], words: 'anything' },
  { written: 'absent', matches: [undefined], not: [null, '', 0, 'absent'], words: 'nothing' },
  { written: { equals: '< 5' }, matches: ['< 5'], not: [4, '4'], words: '"< 5"' },
  { written: { equals: '/x/' }, matches: ['/x/'], not: ['x'], words: '"/x/"' },
  { written: { equals: 'absent' }, matches: ['absent'], not: [undefined], words: '"absent"' },
  { written: { equals: null }, matches: [null], not: [undefined], words: 'null' },
  // These look a little like matchers, and are values.
  { written: '<none>', matches: ['<none>'], not: ['none'], words: '"<none>"' },
  { written: '/api/v1', matches: ['/api/v1'], not: ['api'], words: '"/api/v1"' },
  { written: '//', matches: ['//'], not: [''], words: '"//"' },
  { written: '>', matches: ['>'], not: ['a'], words: '">"' },
  { written: 'Exists', matches: ['Exists'], not: ['x'], words: '"Exists"' },
  { written: '', matches: [''], not: [undefined, null], words: '""' },
];

describe('a matcher of a whole value', () => {
  test.each(values)('$written', ({ written, matches, not, words }) => {
    const matcher = valueMatcherSchema.parse(written);
    expect(matches.filter((found) => !matcher.matches(found))).toEqual([]);
    expect(not.filter((found) => matcher.matches(found))).toEqual([]);
    expect(matcher.words((value) => JSON.stringify(value))).toBe(words);
    // What tells two probes apart when the file is read again.
    expect(JSON.parse(JSON.stringify(matcher))).toEqual({ written });
  });

  test.each<{
    written: Written;
    matches: readonly (string | null | undefined)[];
    not: readonly (string | null | undefined)[];
  }>([
    { written: 5, matches: ['5'], not: ['5.0', undefined, null] },
    { written: true, matches: ['true'], not: ['t', undefined] },
    { written: { equals: 5 }, matches: ['5'], not: ['6'] },
    { written: null, matches: [null], not: [undefined, ''] },
    { written: '/^4/', matches: ['42'], not: ['24', null] },
    { written: 'absent', matches: [null, undefined], not: [''] },
    { written: '< 5', matches: ['4', '-1.5'], not: ['5', 'four', '', ' ', undefined] },
    { written: '> "2"', matches: ['3', '10'], not: ['2', undefined] },
    { written: 'exists', matches: ['', '0'], not: [undefined, null] },
    { written: { equals: '< 5' }, matches: ['< 5'], not: ['4'] },
  ])('$written, where all values are texts', ({ written, matches, not }) => {
    const matcher = textMatcherSchema(String).parse(written);
    expect(matches.filter((found) => !matcher.matchesText(found))).toEqual([]);
    expect(not.filter((found) => matcher.matchesText(found))).toEqual([]);
  });

  test('a text of a megabyte is compared at once', () => {
    const matcher = valueMatcherSchema.parse('> "2"');
    for (const sign of ['9', '2', 'a', '.']) expect(typeof matcher.matches(sign.repeat(1_048_576))).toBe('boolean');
    expect(valueMatcherSchema.parse('< 5').matchesText(`${'9'.repeat(1_048_576)}x`)).toBe(false);
  });

  test.each([
    {
      written: '< five',
      message: 'expected a number or a text in quotes behind <: < 5, < "b"',
      hint: 'of a text write < "five"; for the characters themselves { equals: "< five" }',
    },
    {
      written: '>= 5s',
      message: 'expected a number or a text in quotes behind >=: >= 5, >= "b"',
      hint: 'of a text write >= "5s"; for the characters themselves { equals: ">= 5s" }',
    },
    {
      written: '/(/',
      message: 'expected text or a regular expression that RE2 takes (missing closing ): `(`)',
      hint: undefined,
    },
  ])('$written is none', ({ written, message, hint }) => {
    const { error } = valueMatcherSchema.safeParse(written);
    expect(error?.issues).toMatchObject([hint === undefined ? { message } : { message, params: { hint } }]);
  });
});
