import type { Config } from '../../config/model.ts';
import type { BurnTier } from '../../stack/slo.ts';
import type { Sighting } from '../rules/rule.ts';
import { objectives } from './objectives.ts';
import { recordedLateMs } from './recordings.ts';

/**
 * How long a total outage lasts until the windows of a tier say that it burns too fast: `factor` × budget of the long one
 * (SRE workbook, chapter 5), and what the recordings of that window lag behind. The tier that speaks first counts.
 */
export function outageSeenBy(tiers: readonly BurnTier[]): (config: Config) => readonly Sighting[] {
  return (config) =>
    objectives(config).flatMap(({ service, slo, team, ratio, windowMs }) => {
      const seen = tiers
        .filter(({ factor, longMs }) => longMs <= windowMs && factor * (1 - ratio) < 1)
        .map(({ factor, longMs }) => late(factor * (1 - ratio) * longMs, longMs))
        .toSorted((a, b) => a.worstMs - b.worstMs);
      return seen.slice(0, 1).map((times) => ({ service, slo, team, ...times }));
    });
}

/** … until it has spent the whole budget. */
export function outageSpendsAll(config: Config): readonly Sighting[] {
  return objectives(config).map(({ service, slo, team, ratio, windowMs }) => ({
    ...{ service, slo, team },
    ...late((1 - ratio) * windowMs, windowMs),
  }));
}

function late(ms: number, windowMs: number): Pick<Sighting, 'typicalMs' | 'worstMs'> {
  const lateMs = recordedLateMs(windowMs);
  return { typicalMs: Math.round(ms + lateMs / 2), worstMs: Math.round(ms + lateMs) };
}
