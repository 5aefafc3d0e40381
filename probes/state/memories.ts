import type { Beats, Clock, Memory, PlannedProbe } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';

interface Kept extends Memory {
  readonly fingerprint: string;
}

/** What is kept for each probe from run to run, in memory. */
export class Memories {
  readonly #kept = new ProbeMap<Kept>();
  readonly #clock: Clock;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  /** The memory of a probe as it is configured: another one where its options have changed. */
  of(probe: PlannedProbe): Memory {
    const kept = this.#kept.get(probe);
    if (kept?.fingerprint === probe.fingerprint) return kept;
    const fresh = newMemory(probe.fingerprint, { awaitedSince: this.#clock.now() });
    this.#kept.set(probe, fresh);
    return fresh;
  }
}

function newMemory(fingerprint: string, beats: Beats): Kept {
  let remembered: string | undefined;
  return {
    fingerprint,
    recall: () => remembered,
    remember(text) {
      remembered = text;
    },
    beats: () => beats,
  };
}
