import { describe, expect, test } from 'vitest';
import { OwnWork } from './own-work.ts';

interface Case {
  readonly name: string;
  /** When a handler ended, and what it used. */
  readonly handlers: readonly (readonly [endedMs: number, usedMs: number])[];
  readonly from: number;
  readonly to: number;
  readonly is: number;
}

const cases: readonly Case[] = [
  { name: 'no handler', handlers: [], from: 0, to: 1_000, is: 0 },
  { name: 'one within the time', handlers: [[400, 100]], from: 0, to: 1_000, is: 100 },
  { name: 'one that ended before', handlers: [[400, 100]], from: 500, to: 1_000, is: 0 },
  { name: 'one that was at work when it began', handlers: [[400, 100]], from: 350, to: 1_000, is: 50 },
  {
    name: 'two that are far apart',
    handlers: [
      [400, 100],
      [900, 50],
    ],
    from: 350,
    to: 1_000,
    is: 100,
  },
  {
    name: 'two that follow each other',
    handlers: [
      [400, 100],
      [501, 100],
    ],
    from: 0,
    to: 1_000,
    is: 200,
  },
];

describe('the work of an attempt in a time', () => {
  test.each(cases)('with $name is $is ms', ({ handlers, from, to, is }) => {
    const work = new OwnWork();
    for (const handler of handlers) work.add(...handler);
    expect(work.between(from, to)).toBe(is);
  });

  test('with a million handlers is counted without a million spans', () => {
    const work = new OwnWork();
    for (let i = 1; i <= 1_000_000; i++) work.add(i * 10, 1);
    expect(work.between(0, 10_000_000)).toBe(1_000_000);
  });
});
