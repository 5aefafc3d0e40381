import type { Clock } from '../model.ts';

/** What one try came to. `again`: another one may do better; `afterMs`: the other side said when. */
export type Try =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string; readonly again: boolean; readonly afterMs?: number };

export interface TryOptions {
  readonly clock: Clock;
  /** Of one try. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Before the second and the third try. There is no fourth: who called decides whether to begin again. */
const pausesMs = [1_000, 3_000];
/** Longer than this nobody waits for a page; the try is then made early. */
const longestPauseMs = 10_000;

/** Tries until one is done or is not worth repeating. Never throws. */
export async function tryRepeatedly(once: (signal: AbortSignal) => Promise<Try>, options: TryOptions): Promise<Try> {
  for (let tries = 1; ; tries++) {
    const result = await tryOnce(once, options);
    const pauseMs = pausesMs[tries - 1];
    const said = tries > 1 ? { ...result, detail: `${result.detail} (try ${tries})` } : result;
    if (result.ok || !result.again || pauseMs === undefined || options.signal.aborted) return said;
    await pause(Math.min(result.afterMs ?? pauseMs, longestPauseMs), options);
    if (options.signal.aborted) return said;
  }
}

async function tryOnce(once: (signal: AbortSignal) => Promise<Try>, options: TryOptions): Promise<Try> {
  const limit = new AbortController();
  using _timer = options.clock.after(options.timeoutMs, () => limit.abort());
  try {
    return await once(AbortSignal.any([limit.signal, options.signal]));
  } catch (error) {
    if (options.signal.aborted) return { ok: false, detail: 'stopped before it was delivered', again: false };
    if (limit.signal.aborted) return { ok: false, detail: `no answer in ${options.timeoutMs / 1_000} s`, again: true };
    return { ok: false, detail: messageOf(error), again: true };
  }
}

/** Ends early when the signal does. */
async function pause(ms: number, { clock, signal }: TryOptions): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = clock.after(ms, resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
}

/** One line about an error; of several addresses that were tried, the first. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}
