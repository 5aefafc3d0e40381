import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../clock.ts';
import type { Outcome } from '../model.ts';
import { createResolver } from '../net/resolve.ts';
import { makeControls } from '../probers/controls.ts';
import { failed, inconclusive, passed } from '../state/sample-probe.ts';
import { type ControlName, type MakeControls, startControls } from './controls.ts';

/** What is told of each control at its first run; undefined where nothing is. */
async function firstRuns(change: (outcome: Outcome, name: ControlName) => Outcome = (outcome) => outcome) {
  const told: Partial<Record<ControlName, boolean>> = {};
  const ended = new Set<ControlName>();
  const make: MakeControls = (urls) => {
    const made = makeControls(urls);
    const often = (name: ControlName) => ({
      ...made[name],
      everyMs: 100,
      run: async (run: Parameters<(typeof made)[ControlName]['run']>[0]) => {
        const outcome = change(await made[name].run(run), name);
        ended.add(name);
        return outcome;
      },
    });
    return { must_pass: often('must_pass'), must_fail: often('must_fail') };
  };
  const running = await startControls({
    clock: systemClock,
    resolve: createResolver(),
    make,
    judge: async (_, outcome) => outcome,
    ran: (name, correct) => {
      told[name] = correct;
    },
    internal: (_, error) => {
      throw error;
    },
  });
  onTestFinished(() => running[Symbol.asyncDispose]());
  await expect.poll(() => ended.size, { timeout: 10_000 }).toBe(2);
  await new Promise((resolve) => setImmediate(resolve));
  return told;
}

describe('the controls', () => {
  test('are judged rightly by the real prober, the good one and the bad one', async () => {
    expect(await firstRuns()).toEqual({ must_pass: true, must_fail: true });
  });

  test('show a prober that lets everything pass', async () => {
    expect(await firstRuns(() => passed())).toEqual({ must_pass: true, must_fail: false });
  });

  test('show a prober that lets everything fail', async () => {
    expect(await firstRuns(() => failed())).toEqual({ must_pass: false, must_fail: true });
  });

  test('take nothing that is inconclusive for a lie', async () => {
    expect(await firstRuns(() => inconclusive())).toEqual({});
  });
});
