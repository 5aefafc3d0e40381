import { setTimeout as sleep } from 'node:timers/promises';

export interface Waiting {
  readonly limitMs: number;
  readonly everyMs?: number;
  /** Ends the wait; the answer is then no. */
  readonly signal?: AbortSignal;
}

/** Asks again and again until the answer is yes. @returns whether it was, within the limit */
export async function waitUntil(
  { limitMs, everyMs = 200, signal }: Waiting,
  ask: () => Promise<boolean>,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (await ask()) return true;
    if (signal?.aborted || performance.now() + everyMs > end) return false;
    await sleep(everyMs, undefined, { ...(signal && { signal }) }).catch(() => {});
  }
}

/** Whether the URL answers with success; a refusal and a timeout are a no. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nobody listens yet, or not any more: exactly what was asked.
    return false;
  }
}
