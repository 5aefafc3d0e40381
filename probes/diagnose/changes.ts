import { sayDuration } from '../../stack/duration.ts';
import type { Outcome } from '../model.ts';

/** What is kept of the last good run, to compare a bad one with. */
export interface GoodRun {
  /** When it ended, Unix milliseconds. */
  readonly endedAt: number;
  readonly traits: Readonly<Record<string, string>>;
  /** Milliseconds by phase. */
  readonly phases: Readonly<Record<string, number>>;
}

/** A phase is told of when it takes this many times longer than before, … */
const slowerTimes = 3;
/** … and this much longer: a millisecond more is nothing to look into. */
const slowerMs = 50;

export function goodRun(outcome: Outcome, endedAt: number): GoodRun {
  return { endedAt, traits: outcome.traits ?? {}, phases: phasesOf(outcome) };
}

/**
 * What is different in a run that failed from the last one that passed: `version 1.4.2 → 1.4.3`, `processing 12ms → 480ms`.
 * Empty where nothing is. What the bad run did not learn is not told of: a connection that was refused has no version.
 */
export function changesSince(good: GoodRun, bad: Outcome): readonly string[] {
  const traits = Object.entries(bad.traits ?? {})
    .filter(([name, value]) => good.traits[name] !== undefined && good.traits[name] !== value)
    .map(([name, value]) => `${name} ${good.traits[name]} → ${value}`);
  const phases = Object.entries(phasesOf(bad)).flatMap(([phase, ms]) => {
    const before = good.phases[phase];
    if (before === undefined || ms < before * slowerTimes || ms < before + slowerMs) return [];
    return [`${phase} ${sayDuration(Math.round(before))} → ${sayDuration(Math.round(ms))}`];
  });
  return [...traits, ...phases];
}

/** Not the samples themselves: they are of each run, and what is kept of ten thousand good runs is kept for an interval. */
function phasesOf({ samples }: Outcome): Readonly<Record<string, number>> {
  const phases: Record<string, number> = {};
  for (const { labels, value } of samples) if (labels?.phase !== undefined) phases[labels.phase] = value * 1_000;
  return phases;
}
