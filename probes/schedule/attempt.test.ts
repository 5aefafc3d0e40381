import { describe, expect, test } from 'vitest';
import { graceMs } from '../../stack/probe-timing.ts';
import type { Outcome, Run } from '../model.ts';
import { emptyMemory, failed, passed } from '../state/sample-probe.ts';
import { attempt } from './attempt.ts';
import { ManualClock } from './manual-clock.ts';

/** Runs one attempt and keeps what it came to. */
function begin(run: (run: Run) => Promise<Outcome>, timeoutMs = 2_000) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const faults: string[] = [];
  const kept: { outcome?: Outcome } = {};
  const ended = attempt(
    { timeoutMs, run },
    { clock, resolve: async () => [], stop: stop.signal, memory: emptyMemory, internal: (place) => faults.push(place) },
  ).then((outcome) => {
    kept.outcome = outcome;
  });
  return { clock, stop, faults, kept, ended };
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

describe('an attempt', () => {
  test('returns what the prober returned, and leaves no timer', async () => {
    const { clock, ended, kept, faults } = begin(async () => passed());
    await ended;
    expect(kept.outcome).toEqual(passed());
    expect(clock.pending).toBe(0);
    expect(faults).toEqual([]);
  });

  test('gives runs that share the getter of their signal: one of its own would outlive the run', async () => {
    const given: Run[] = [];
    for (let i = 0; i < 2; i++) {
      await begin(async (run) => {
        given.push(run);
        return passed();
      }).ended;
    }
    const [first, second] = given;
    if (!first || !second) throw new Error('two runs were begun');
    const getters = [first, second].map((run) => Object.getOwnPropertyDescriptor(run, 'signal')?.get);
    expect(getters[0]).toBeTypeOf('function');
    expect(getters[1]).toBe(getters[0]);
    // A prober may hand on a copy with another `resolve`.
    expect({ ...first }.signal).toBe(first.signal);
    expect(first.signal).not.toBe(second.signal);
  });

  test('aborts the prober at its deadline, and takes the outcome that names the phase', async () => {
    const timedOut = failed('tls_timeout', { found: 'no TLS answer', durationMs: 2_000 });
    const { clock, ended, kept } = begin(async ({ signal }) => {
      await aborted(signal);
      return timedOut;
    });
    await clock.advance(1_999);
    expect(kept.outcome).toBeUndefined();
    await clock.advance(1);
    await ended;
    expect(kept.outcome).toEqual(timedOut);
    expect(clock.pending).toBe(0);
  });

  test('gives up a prober that does not return after its deadline, counts it, and ignores what it says later', async () => {
    const late = Promise.withResolvers<Outcome>();
    const { clock, ended, kept, faults } = begin(() => late.promise);
    await clock.advance(2_000 + graceMs - 1);
    expect(kept.outcome).toBeUndefined();
    await clock.advance(1);
    await ended;
    expect(kept.outcome).toMatchObject({
      verdict: 'fail',
      reason: 'response_timeout',
      found: 'no result within 2 s',
      expected: 'an answer within 2 s',
      durationMs: 2_050,
    });
    expect(faults).toEqual(['prober_late']);
    late.resolve(passed());
    await clock.advance(1_000);
    expect(kept.outcome?.verdict).toBe('fail');
  });

  test.each([
    {
      name: 'a throw',
      run: async () => Promise.reject(new TypeError('x is not a function')),
      found: 'x is not a function',
    },
    {
      name: 'a throw before the first await',
      run: () => {
        throw new TypeError('y is\nundefined');
      },
      found: 'y is undefined',
    },
    { name: 'something thrown that is no error', run: async () => Promise.reject('boom'), found: 'boom' },
  ])('never reads $name of a prober as "target down"', async ({ run, found }) => {
    const { ended, kept, faults } = begin(run);
    await ended;
    expect(kept.outcome).toMatchObject({ verdict: 'inconclusive', reason: 'internal', found, expected: '' });
    expect(faults).toEqual(['prober']);
  });

  test.each([
    { name: 'all of it', usedMs: 6_000, reason: 'response_timeout' },
    { name: 'a quarter of it, as three others did', usedMs: 1_500, reason: 'response_timeout' },
    { name: 'as little of it as any answer needs', usedMs: 20, reason: 'event_loop' },
  ])('whose handlers used $name while its deadline was due: $reason', async ({ usedMs, reason }) => {
    const clock = new ManualClock();
    const run = async ({ signal, worked }: Run) => {
      // Due before the deadline, and as late.
      clock.after(1_999, () => worked?.(usedMs));
      await aborted(signal);
      return failed('response_timeout');
    };
    const stop = new AbortController().signal;
    const context = { clock, resolve: async () => [], stop, memory: emptyMemory, internal: () => {} };
    const outcome = attempt({ timeoutMs: 2_000, run }, context);
    await clock.stall(8_000);
    expect(await outcome).toMatchObject({ reason });
  });

  test('does not blame the target for a timeout when the process itself stood still', async () => {
    const { clock, ended, kept } = begin(async ({ signal }) => {
      await aborted(signal);
      return failed('response_timeout');
    });
    await clock.advance(0);
    await clock.stall(8_000);
    await ended;
    expect(kept.outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: 'event_loop',
      found: 'the probe service stood still for 6 s',
    });
  });

  test('ends within the grace time when the service stops, though the prober does not', async () => {
    const { clock, stop, ended, faults } = begin(() => new Promise<Outcome>(() => {}));
    await clock.advance(10);
    stop.abort();
    await clock.advance(graceMs);
    await ended;
    expect(clock.pending).toBe(0);
    expect(faults).toEqual([]);
  });
});
