import { sayDuration } from '../../stack/duration.ts';
import type { Clock, Memory, Outcome, Resolve, Run } from '../model.ts';

/** How long a prober may take to return after it was told to: closing sockets, no more. */
export const graceMs = 50;
/** A deadline that fires later than this says that the event loop stood still, and nothing about the target. */
const stalledMs = 250;

export interface AttemptContext {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly memory: Memory;
  /** Aborts when the service stops or the probe is removed. */
  readonly stop: AbortSignal;
  /** Counts a fault of ours. */
  readonly internal: (place: string, error: unknown) => void;
}

/**
 * One attempt under a deadline that the prober cannot outlive. Settles always, at the latest `timeoutMs` + `graceMs`
 * after the start; never throws. After `stop` the outcome means nothing, and the caller drops it.
 */
export async function attempt(
  probe: { readonly timeoutMs: number; readonly run: (run: Run) => Promise<Outcome> },
  context: AttemptContext,
): Promise<Outcome> {
  const { clock, stop } = context;
  const startedMs = clock.monotonic();
  const controller = new AbortController();
  const timers = new Set<Disposable>();
  const abandoned = Promise.withResolvers<Outcome>();
  let deadlineLateMs = 0;
  let gaveUp = false;

  const abort = (why: string, outcome: () => Outcome) => {
    controller.abort(new DOMException(why, 'TimeoutError'));
    timers.add(
      clock.after(graceMs, () => {
        gaveUp = true;
        abandoned.resolve(outcome());
      }),
    );
  };
  const onStop = () => abort('the probe service stops', () => internalOutcome('the run was stopped', elapsed()));
  const elapsed = () => clock.monotonic() - startedMs;

  timers.add(
    clock.after(probe.timeoutMs, () => {
      deadlineLateMs = elapsed() - probe.timeoutMs;
      abort(`the attempt took longer than ${probe.timeoutMs} ms`, () => timeoutOutcome(probe.timeoutMs, elapsed()));
    }),
  );
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    const answer = runProber(probe, { ...context, signal: controller.signal }, elapsed);
    const outcome = await Promise.race([answer, abandoned.promise]);
    if (gaveUp && !stop.aborted) context.internal('prober_late', new Error('a prober outlived its deadline'));
    return deadlineLateMs > stalledMs && outcome.verdict === 'fail'
      ? internalOutcome(`the probe service stood still for ${sayDuration(deadlineLateMs)}`, elapsed())
      : outcome;
  } finally {
    stop.removeEventListener('abort', onStop);
    for (const timer of timers) timer[Symbol.dispose]();
  }
}

async function runProber(
  probe: { readonly timeoutMs: number; readonly run: (run: Run) => Promise<Outcome> },
  context: AttemptContext & { readonly signal: AbortSignal },
  elapsed: () => number,
): Promise<Outcome> {
  try {
    const { signal, resolve, memory, clock } = context;
    return await probe.run({ signal, timeoutMs: probe.timeoutMs, resolve, memory, now: () => clock.now() });
  } catch (error) {
    // The one place where a fault of a prober is caught: it is ours, and never reads as "target down".
    if (!context.stop.aborted) context.internal('prober', error);
    return internalOutcome(error instanceof Error ? error.message : String(error), elapsed());
  }
}

function timeoutOutcome(timeoutMs: number, durationMs: number): Outcome {
  return {
    verdict: 'fail',
    reason: 'response_timeout',
    found: `no result within ${sayDuration(timeoutMs)}`,
    expected: `an answer within ${sayDuration(timeoutMs)}`,
    durationMs,
    samples: [],
    steps: [{ atMs: durationMs, text: 'the prober did not return at its deadline and was given up' }],
  };
}

function internalOutcome(found: string, durationMs: number): Outcome {
  const line = found.replaceAll(/\s+/g, ' ').slice(0, 160);
  const steps = [{ atMs: durationMs, text: `the prober itself failed: ${line}` }];
  return { verdict: 'inconclusive', reason: 'internal', found: line, expected: '', durationMs, samples: [], steps };
}
