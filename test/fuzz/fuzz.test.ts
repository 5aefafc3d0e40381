import { expect, test } from 'vitest';
import { fuzz, subjects } from './fuzz.ts';
import { scriptOf } from './script.ts';

test('the same seed makes the same answers, and another seed others', () => {
  const answersOf = (seed: number) => subjects.map((subject) => scriptOf(subject, seed));
  expect(answersOf(7)).toEqual(answersOf(7));
  expect(answersOf(7)).not.toEqual(answersOf(8));
});

test('random answers to every protocol end in no fault of ours, and none keeps the event loop busy', async () => {
  const runs = subjects.length * 12;
  const report = await fuzz({ seed: 1, subjects, goesOn: (before) => before < runs, looksAtMemory: false });
  expect(report.findings).toEqual([]);
  expect(report.runs).toBe(runs);
  // Some of the answers are left as they are, and some are broken.
  expect(Object.keys(report.byReason)).toEqual(expect.arrayContaining(['ok', 'protocol', 'response_timeout']));
});
