import { createHash } from 'node:crypto';
import type { ProbeId } from '../model.ts';

/** The first run of a probe with a long interval does not wait for its place on the grid longer than this. */
const firstWithinMs = 1_000;
/** … and this much longer for each probe that is there already: ten thousand at once would be more than the usual load. */
const eachMs = 4;
/** A start that was missed by less than this part of the interval is made up for, late; a later one is left out. */
const lateStart = 1 / 4;

/**
 * Where in its interval a probe starts: from 0 to below 1, the same on every start of the service, spread evenly over
 * the probes. The two names are hashed as a JSON array, in which `["a","b-c"]` and `["a-b","c"]` differ.
 */
export function phase({ service, probe }: ProbeId): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([service, probe]))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** When in its interval a probe starts, in milliseconds. */
export function offsetIn(id: ProbeId, everyMs: number): number {
  return Math.floor((phase(id) * everyMs) / togetherMs) * togetherMs;
}

/** The starts of one probe, on the monotonic clock: `originMs + n * everyMs`. Nothing that a run does moves them. */
export interface Grid {
  readonly originMs: number;
  readonly everyMs: number;
}

/**
 * Starts fall on multiples of this. Of a thousand a second, each that comes alone wakes the process; twenty together cost a
 * third less, and are begun within two milliseconds.
 */
const togetherMs = 20;

/** @param epochMs when the service started, so that all probes share one grid, and a reload does not move it */
export function gridOf(id: ProbeId, everyMs: number, epochMs: number): Grid {
  return { originMs: epochMs + offsetIn(id, everyMs), everyMs };
}

/** The first start on the grid that is not before `ms`. */
export function slotFrom(grid: Grid, ms: number): number {
  return slotAt(grid, indexFrom(grid, ms));
}

/**
 * When a probe that is new at `nowMs` runs first: on the grid, or sooner where the interval is long.
 * @param others how many probes there are besides
 */
export function firstSlot(id: ProbeId, grid: Grid, nowMs: number, others = 0): number {
  const withinMs = Math.min(grid.everyMs, firstWithinMs + others * eachMs);
  return Math.min(slotFrom(grid, nowMs), nowMs + phase(id) * withinMs);
}

/**
 * The start that follows the one at `dueMs`, seen at `nowMs`, and how many were missed between the two. Those due after
 * `coveredFromMs` do not count: the re-checks of a fail stood in for them.
 */
export function nextSlot(
  grid: Grid,
  dueMs: number,
  nowMs: number,
  coveredFromMs = Number.POSITIVE_INFINITY,
): { readonly dueMs: number; readonly skipped: number } {
  // Half an interval after a first run that was not on the grid, so that it does not run twice at once.
  const earliest = dueMs + grid.everyMs / 2;
  const next = indexFrom(grid, Math.max(earliest, nowMs - grid.everyMs * lateStart));
  const covered = Math.floor((coveredFromMs - grid.originMs) / grid.everyMs) + 1;
  const skipped = Math.max(0, Math.min(next, covered) - indexFrom(grid, earliest));
  return { dueMs: slotAt(grid, next), skipped };
}

/** Starts are counted, not summed up: a sum of fractions drifts. */
function indexFrom({ originMs, everyMs }: Grid, ms: number): number {
  return Math.max(0, Math.ceil((ms - originMs) / everyMs));
}

function slotAt({ originMs, everyMs }: Grid, index: number): number {
  return originMs + index * everyMs;
}
