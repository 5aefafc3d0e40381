/** What the service held at one time. */
export interface Held {
  /** Bytes in use after a collection. */
  readonly heap: number;
  readonly descriptors: number;
  readonly timers: number;
  /** Everything else that keeps the process going: sockets, requests, watchers. */
  readonly handles: number;
  readonly series: number;
}

export const kinds = ['heap', 'descriptors', 'timers', 'handles', 'series'] as const satisfies readonly (keyof Held)[];

/** How much more than before is still no growth: runs that happen to be under way, caches that fill up. */
const slack: Readonly<Record<keyof Held, { readonly ratio: number; readonly more: number }>> = {
  heap: { ratio: 1.05, more: 2_000_000 },
  descriptors: { ratio: 1.05, more: 20 },
  timers: { ratio: 1.05, more: 40 },
  handles: { ratio: 1.05, more: 40 },
  series: { ratio: 1, more: 0 },
};

export interface Growth {
  readonly kind: keyof Held;
  readonly before: number;
  readonly after: number;
  readonly allowed: number;
}

/**
 * What has grown from the second quarter of the time to the last, median against median. The first quarter is for what is only
 * there once something has happened: code that is compiled, connections to the Alertmanager, series of a first failure.
 */
export function growths(samples: readonly Held[]): readonly Growth[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter < 2) throw new Error(`${samples.length} samples are too few to tell growth from chance`);
  return kinds.flatMap((kind) => {
    const before = median(samples.slice(quarter, 2 * quarter).map((held) => held[kind]));
    const after = median(samples.slice(-quarter).map((held) => held[kind]));
    const allowed = before * slack[kind].ratio + slack[kind].more;
    return after > allowed ? [{ kind, before, after, allowed }] : [];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
