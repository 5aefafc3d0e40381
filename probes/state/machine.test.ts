import { describe, expect, test } from 'vitest';
import type { Outcome } from '../model.ts';
import { initialStanding, step } from './machine.ts';
import { failed, inconclusive, passed } from './sample-probe.ts';

const runs: Readonly<Record<string, Outcome>> = { P: passed(), F: failed(), I: inconclusive() };

/** One letter per run, a second apart; what the state was after each. */
function play(letters: string, recover: number): string {
  let standing = initialStanding;
  const seen = [...letters].map((letter, second) => {
    standing = step(standing, runs[letter] ?? passed(), second * 1_000, recover);
    const { state } = standing;
    return state.status === 'down' ? `down@${state.since / 1_000}` : state.status;
  });
  return seen.join(' ');
}

describe('the state of a probe', () => {
  test.each([
    { name: 'the first pass makes it up', runs: 'P', recover: 2, states: 'up' },
    { name: 'a confirmed fail makes it down, since that run began', runs: 'PF', recover: 2, states: 'up down@1' },
    { name: 'a first run that fails makes it down', runs: 'F', recover: 2, states: 'down@0' },
    { name: 'one pass of two does not end it', runs: 'FP', recover: 2, states: 'down@0 down@0' },
    { name: 'two passes in a row end it', runs: 'FPP', recover: 2, states: 'down@0 down@0 up' },
    {
      name: 'a fail between two passes starts the row anew',
      runs: 'FPFPP',
      recover: 2,
      states: 'down@0 down@0 down@0 down@0 up',
    },
    { name: 'a later fail does not move the beginning', runs: 'FFF', recover: 2, states: 'down@0 down@0 down@0' },
    { name: 'one pass is enough with recover: 1', runs: 'FP', recover: 1, states: 'down@0 up' },
    { name: 'what is inconclusive does not make it known', runs: 'I', recover: 2, states: 'unknown' },
    { name: 'what is inconclusive does not make it down', runs: 'PIII', recover: 2, states: 'up up up up' },
    {
      name: 'what is inconclusive does not make it up',
      runs: 'FIII',
      recover: 1,
      states: 'down@0 down@0 down@0 down@0',
    },
    {
      name: 'what is inconclusive does not break a row of passes',
      runs: 'FPIP',
      recover: 2,
      states: 'down@0 down@0 down@0 up',
    },
  ])('$name', ({ runs: letters, recover, states }) => {
    expect(play(letters, recover)).toBe(states);
  });
});
