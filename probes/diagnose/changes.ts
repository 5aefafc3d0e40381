import { sayDuration } from '../../stack/duration.ts';
import type { Outcome } from '../model.ts';

/** What is kept of the last good run, to compare a bad one with. */
export interface GoodRun {
  /** When it ended, Unix milliseconds. */
  readonly endedAt: number;
  readonly traits: Readonly<Record<string, string>>;
  /** As the run reported them: looked at only when a run has failed. */
  readonly samples: Outcome['samples'];
}

/** A phase is told of when it takes this many times longer than before, … */
const slowerTimes = 3;
/** … and this much longer: a millisecond more is nothing to look into. */
const slowerMs = 50;

export function goodRun(outcome: Outcome, endedAt: number): GoodRun {
  return { endedAt, traits: outcome.traits ?? {}, samples: outcome.samples };
}

/**
 * What is different in a run that failed from the last one that passed: `version 1.4.2 → 1.4.3`, `processing 12ms → 480ms`.
 * Empty where nothing is. What the bad run did not learn is not told of: a connection that was refused has no version.
 */
export function changesSince(good: GoodRun, bad: Outcome): readonly string[] {
  const traits = Object.entries(bad.traits ?? {})
    .filter(([name, value]) => good.traits[name] !== undefined && good.traits[name] !== value)
    .map(([name, value]) => `${name} ${good.traits[name]} → ${value}`);
  const goodPhases = phasesOf(good);
  const phases = Object.entries(phasesOf(bad)).flatMap(([phase, ms]) => {
    const before = goodPhases[phase];
    if (before === undefined || ms < before * slowerTimes || ms < before + slowerMs) return [];
    return [`${phase} ${sayDuration(Math.round(before))} → ${sayDuration(Math.round(ms))}`];
  });
  return [...traits, ...phases];
}

/** Milliseconds by phase. */
function phasesOf({ samples }: Pick<Outcome, 'samples'>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    samples.flatMap(({ labels, value }) => (labels?.phase === undefined ? [] : [[labels.phase, value * 1_000]])),
  );
}
