import { sayDuration } from '../../stack/duration.ts';
import type { Outcome } from '../model.ts';

/** What is kept of the last good run, to compare a bad one with. */
export interface GoodRun {
  /** When it ended, Unix milliseconds. */
  endedAt: number;
  readonly traits: Readonly<Record<string, string>>;
  /** Milliseconds by phase. */
  readonly phases: Record<string, number>;
}

/** A phase is told of when it takes this many times longer than before, … */
const slowerTimes = 3;
/** … and this much longer: a millisecond more is nothing to look into. */
const slowerMs = 50;

/**
 * What is to be kept after one more good run. Nearly every one is like the one before, of which then only the numbers are written
 * over: what is made anew for ten thousand probes, and kept for an interval each, is what a collector of young garbage is worst at.
 */
export function goodRun(before: GoodRun | undefined, outcome: Outcome, endedAt: number): GoodRun {
  const { traits = noTraits, samples } = outcome;
  if (!before || !isSame(before.traits, traits) || !hasPhasesOf(before, samples)) {
    return { endedAt, traits, phases: phasesOf(outcome) };
  }
  before.endedAt = endedAt;
  for (const { labels, value } of samples) if (labels?.phase !== undefined) before.phases[labels.phase] = value * 1_000;
  return before;
}

const noTraits: Readonly<Record<string, string>> = {};

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  let more = 0;
  for (const name in a) {
    if (a[name] !== b[name]) return false;
    more++;
  }
  for (const _ in b) more--;
  return more === 0;
}

function hasPhasesOf({ phases }: GoodRun, samples: Outcome['samples']): boolean {
  let more = 0;
  for (const { labels } of samples) {
    if (labels?.phase === undefined) continue;
    if (phases[labels.phase] === undefined) return false;
    more++;
  }
  for (const _ in phases) more--;
  return more === 0;
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
function phasesOf({ samples }: Outcome): Record<string, number> {
  const phases: Record<string, number> = {};
  for (const { labels, value } of samples) if (labels?.phase !== undefined) phases[labels.phase] = value * 1_000;
  return phases;
}
