import type { z } from 'zod';
import type { Beats, Memory, Outcome, Resolve } from '../model.ts';
import { createResolver } from '../net/resolve.ts';
import type { Prober } from './prober.ts';

/** One attempt as the schedule would make it, with a time limit that a test can wait for. */
export async function attempt<V extends z.ZodType, O extends z.ZodObject>(
  prober: Prober<V, O>,
  value: z.input<V>,
  options: z.input<O>,
  limits: {
    readonly timeoutMs?: number;
    readonly overrides?: ReadonlyMap<string, string>;
    readonly resolve?: Resolve;
    readonly signal?: AbortSignal;
    readonly memory?: Memory;
    readonly now?: () => number;
    readonly traceparent?: string;
  } = {},
): Promise<Outcome> {
  const timeoutMs = limits.timeoutMs ?? 20_000;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('deadline')), timeoutMs);
  try {
    return await prober.probe(prober.value.parse(value), prober.options.parse(options), {
      signal: limits.signal ?? controller.signal,
      timeoutMs,
      traceparent: limits.traceparent,
      resolve: limits.resolve ?? createResolver({ overrides: limits.overrides ?? new Map() }),
      memory: limits.memory ?? emptyMemory(),
      now: limits.now ?? Date.now,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What a table of a test compares: the judgement, without times and steps. */
export function judgement({ verdict, reason, found, expected }: Outcome): string {
  return verdict === 'pass' ? 'pass' : `${verdict} ${reason}: found ${found}, expected ${expected}`;
}

/** The memory of a probe that has just been configured. */
export function emptyMemory(beats: Partial<Beats> = {}): Memory {
  let remembered: string | undefined;
  return {
    recall: () => remembered,
    remember(text) {
      remembered = text;
    },
    beats: () => ({ awaitedSince: Date.now(), ...beats }),
  };
}
