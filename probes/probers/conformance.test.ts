import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reasons } from '../../stack/reasons.ts';
import type { Outcome, Resolve } from '../model.ts';
import { untilAborted } from '../net/until-aborted.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { ownTime } from '../testing/own-time.ts';
import { startSilentPort } from '../testing/silent-port.ts';
import { attempt } from './attempt-for-test.ts';
import { probers } from './index.ts';
import type { Prober } from './prober.ts';
import type { Probing, Subject } from './subject-for-test.ts';

/** What every protocol keeps to, whatever the peer does. A folder without `subject-for-test.ts` fails here. */

interface Case {
  readonly kind: string;
  readonly prober: Prober;
  readonly subject: Subject;
}

const cases: readonly Case[] = await Promise.all(
  probers.map(async (prober: Prober): Promise<Case> => {
    const { subject }: { subject: Subject } = await import(`./${prober.kind}/subject-for-test.ts`);
    return { kind: prober.kind, prober, subject };
  }),
);

/** What the deadline may be missed by. */
const toleranceMs = 50;

type Limits = Parameters<typeof attempt>[3];

function attemptOf(prober: Prober, { value, options = {} }: Probing, limits?: Limits): Promise<Outcome> {
  return attempt(prober, value, options, limits);
}

describe.each(cases)('the prober $kind', ({ prober, subject, kind }) => {
  test('passes where all is as it should be, reports what it lists, and sends what it says', async () => {
    await using good = await subject.good();
    const outcome = await attemptOf(prober, good.probing);
    expect(outcome).toMatchObject({ verdict: 'pass', reason: 'ok' });
    expectWellFormed(prober, outcome);
    if (subject.sends !== undefined) expect(good.requests?.()).toBe(subject.sends);
  });

  test('leaves no descriptor behind after 50 passing attempts', async () => {
    await using good = await subject.good();
    await attemptOf(prober, good.probing);
    const before = descriptors();
    for (let i = 0; i < 50; i++) await attemptOf(prober, good.probing);
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 1);
  });

  for (const hang of subject.hangs) {
    test(`honours its deadline when the peer hangs ${hang.name}, and closes its sockets`, async () => {
      await using peer = await hang.peer();
      await expectOnTime(250, () => attemptOf(prober, hang.dials(peer.port), { timeoutMs: 250 }));
      await expect.poll(() => peer.open()).toBe(0);
    });

    test(`gives up at once when it is told to while the peer hangs ${hang.name}`, async () => {
      await using peer = await hang.peer();
      const stop = new AbortController();
      const probing = attemptOf(prober, hang.dials(peer.port), { timeoutMs: 10_000, signal: stop.signal });
      await expect.poll(() => peer.open(), { interval: 5 }).toBe(1);
      await expectOnTime(0, () => {
        stop.abort(new Error('the service stops'));
        return probing;
      });
      await expect.poll(() => peer.open()).toBe(0);
    });
  }

  test('describes itself and every option, and has a page, an example and a golden', () => {
    expect(prober.describe).toMatch(/\.$/);
    const undescribed = Object.entries(prober.options.shape).filter(([, schema]) => !isDescribed(schema));
    expect(undescribed.map(([name]) => name)).toEqual([]);
    for (const file of ['README.md', 'example.yaml', 'testdata/golden.txt']) {
      expect({ file, exists: existsSync(new URL(`${kind}/${file}`, import.meta.url)) }).toEqual({ file, exists: true });
    }
  });
});

const dialling = cases.flatMap(({ kind, prober, subject: { dials } }) => (dials ? [{ kind, prober, dials }] : []));

describe.each(dialling)('the prober $kind, which dials', ({ prober, dials }) => {
  test('honours its deadline when the peer does not even refuse', async () => {
    await using peer = await startSilentPort();
    await expectOnTime(250, () => attemptOf(prober, dials(peer.port), { timeoutMs: 250 }));
  });

  test('honours its deadline when the name is not resolved in time', async () => {
    const resolve: Resolve = (_host, _family, signal) => untilAborted(new Promise<never>(() => {}), signal);
    const { value, options = {} } = dials(1);
    const named = JSON.parse(JSON.stringify(value).replaceAll('127.0.0.1', 'panel'));
    await expectOnTime(250, async () => {
      const outcome = await attemptOf(prober, { value: named, options }, { timeoutMs: 250, resolve });
      expect(outcome).toMatchObject({
        reason: 'dns_failed',
        found: expect.stringMatching(/^no address of panel in 250 ms/),
      });
      return outcome;
    });
  });

  test('returns at once when its run is already over', async () => {
    await using peer = await startFaultServer();
    await expectOnTime(0, () => attemptOf(prober, dials(peer.port), { signal: AbortSignal.abort() }));
  });

  test('reports only metrics that it lists, with a reason of the closed list, in short lines', async () => {
    await using peer = await startFaultServer();
    for (const port of [peer.port, 1]) {
      expectWellFormed(prober, await attemptOf(prober, dials(port), { timeoutMs: 2_000 }));
    }
  });

  test('leaves no descriptor behind after 200 failing attempts', async () => {
    await using peer = await startFaultServer({ atAccept: 'close' });
    await attemptOf(prober, dials(peer.port));
    const before = descriptors();
    for (let i = 0; i < 100; i++) {
      await attemptOf(prober, dials(1));
      await attemptOf(prober, dials(peer.port));
    }
    await expect.poll(() => peer.open()).toBe(0);
    // One to spare: Node opens one of its own for the first lookup or the first file.
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 1);
  });

  for (const noise of ['reset', 'close', 'greet'] as const) {
    test(`comes to a verdict, and never throws, when the peer answers with ${noise} at accept`, async () => {
      await using peer = await startFaultServer({ atAccept: noise });
      expectWellFormed(prober, await attemptOf(prober, dials(peer.port), { timeoutMs: 500 }));
      await expect.poll(() => peer.open()).toBe(0);
    });
  }
});

function expectWellFormed(prober: Prober, outcome: Outcome): void {
  expect(Object.keys(reasons)).toContain(outcome.reason);
  expect(outcome.verdict).toBe(reasons[outcome.reason].verdict);
  expect(outcome.samples.filter(({ metric }) => !prober.metrics.includes(metric))).toEqual([]);
  expect(outcome.samples.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
  const texts = [outcome.found, outcome.expected, ...outcome.steps.map((step) => step.text)];
  for (const text of [...texts, ...Object.values(outcome.traits ?? {})]) expect(text).toMatch(/^[^\n\r]{0,160}$/);
}

async function expectOnTime(dueMs: number, run: () => Promise<Outcome>): Promise<void> {
  let outcome: Outcome | undefined;
  const took = await ownTime(async () => {
    outcome = await run();
  });
  expect(took).toBeLessThan(dueMs + toleranceMs);
  expect(outcome?.verdict).not.toBe('pass');
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function isDescribed(schema: unknown): boolean {
  return Boolean((schema as { readonly description?: string }).description);
}
