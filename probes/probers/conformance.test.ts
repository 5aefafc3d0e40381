import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reasons } from '../../stack/reasons.ts';
import type { Outcome, Resolve } from '../model.ts';
import { untilAborted } from '../net/until-aborted.ts';
import { type FaultServerOptions, startFaultServer } from '../testing/fault-server.ts';
import { startSilentPort } from '../testing/silent-port.ts';
import { attempt } from './attempt-for-test.ts';
import { probers } from './index.ts';
import type { Prober } from './prober.ts';

interface Subject {
  /** Names a peer on loopback that listens on the port. */
  readonly value: (port: number) => string;
  /** Every way in which a peer can keep this prober waiting after it has accepted. */
  readonly hangs: readonly {
    readonly name: string;
    readonly peer: FaultServerOptions;
    readonly value: (port: number) => string;
  }[];
}

/** One for each prober: a new one without is an error of the compiler. */
const subjects: Readonly<Record<(typeof probers)[number]['kind'], Subject>> = {
  http: {
    value: (port) => `http://127.0.0.1:${port}/ok`,
    hangs: [
      { name: 'at accept', peer: { atAccept: 'hang' }, value: (port) => `http://127.0.0.1:${port}/` },
      { name: 'in the TLS handshake', peer: { atAccept: 'hang' }, value: (port) => `https://127.0.0.1:${port}/` },
      { name: 'before the headers', peer: {}, value: (port) => `http://127.0.0.1:${port}/hang-before-headers` },
      { name: 'in dripping headers', peer: {}, value: (port) => `http://127.0.0.1:${port}/drip-headers` },
      { name: 'in the body', peer: {}, value: (port) => `http://127.0.0.1:${port}/hang-in-body` },
      { name: 'in a dripping body', peer: {}, value: (port) => `http://127.0.0.1:${port}/drip` },
      { name: 'in a compressed body', peer: {}, value: (port) => `http://127.0.0.1:${port}/hang-in-gzip` },
    ],
  },
  tcp: { value: (port) => `127.0.0.1:${port}`, hangs: [] },
  tls: {
    value: (port) => `127.0.0.1:${port}`,
    hangs: [{ name: 'in the handshake', peer: { atAccept: 'hang' }, value: (port) => `127.0.0.1:${port}` }],
  },
};

const all: readonly { readonly prober: Prober; readonly subject: Subject; readonly kind: string }[] = probers.map(
  (prober) => ({ kind: prober.kind, prober, subject: subjects[prober.kind] }),
);

/** What the deadline may be missed by. */
const toleranceMs = 50;

describe.each(all)('the prober $kind', ({ prober, subject, kind }) => {
  test('honours its deadline when the peer does not even refuse', async () => {
    await using peer = await startSilentPort();
    await expectOnTime(250, () => attempt(prober, subject.value(peer.port), {}, { timeoutMs: 250 }));
  });

  for (const hang of subject.hangs) {
    test(`honours its deadline when the peer hangs ${hang.name}, and closes its sockets`, async () => {
      await using peer = await startFaultServer(hang.peer);
      await expectOnTime(250, () => attempt(prober, hang.value(peer.port), {}, { timeoutMs: 250 }));
      await expect.poll(() => peer.open()).toBe(0);
    });

    test(`gives up at once when it is told to while the peer hangs ${hang.name}`, async () => {
      await using peer = await startFaultServer(hang.peer);
      const stop = new AbortController();
      const probing = attempt(prober, hang.value(peer.port), {}, { timeoutMs: 10_000, signal: stop.signal });
      await expect.poll(() => peer.open(), { interval: 5 }).toBe(1);
      await expectOnTime(0, () => {
        stop.abort(new Error('the service stops'));
        return probing;
      });
      await expect.poll(() => peer.open()).toBe(0);
    });
  }

  test('honours its deadline when the name is not resolved in time', async () => {
    const resolve: Resolve = (_host, _family, signal) => untilAborted(new Promise<never>(() => {}), signal);
    const value = subject.value(1).replace('127.0.0.1', 'panel');
    await expectOnTime(250, async () => {
      const outcome = await attempt(prober, value, {}, { timeoutMs: 250, resolve });
      expect(outcome).toMatchObject({ reason: 'dns_failed', found: 'no address of panel in 250 ms' });
      return outcome;
    });
  });

  test('returns at once when its run is already over', async () => {
    await using peer = await startFaultServer();
    await expectOnTime(0, () => attempt(prober, subject.value(peer.port), {}, { signal: AbortSignal.abort() }));
  });

  test('reports only metrics that it lists, with a reason of the closed list, in short lines', async () => {
    await using peer = await startFaultServer();
    for (const port of [peer.port, 1]) {
      const outcome = await attempt(prober, subject.value(port), {});
      expect(Object.keys(reasons)).toContain(outcome.reason);
      expect(outcome.verdict).toBe(reasons[outcome.reason].verdict);
      expect(outcome.samples.filter(({ metric }) => !prober.metrics.includes(metric))).toEqual([]);
      expect(outcome.samples.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
      for (const text of [outcome.found, outcome.expected, ...outcome.steps.map((step) => step.text)]) {
        expect(text).toMatch(/^[^\n\r]{0,160}$/);
      }
    }
  });

  test('leaves no descriptor behind after 200 failing attempts', async () => {
    await using peer = await startFaultServer({ atAccept: 'close' });
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 100; i++) {
      await attempt(prober, subject.value(1), {});
      await attempt(prober, subject.value(peer.port), {});
    }
    await expect.poll(() => peer.open()).toBe(0);
    // One to spare: Node opens one of its own for the first lookup or the first file.
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 1);
  });

  test('describes itself and every option, and has a page and a golden', () => {
    expect(prober.describe).toMatch(/\.$/);
    const undescribed = Object.entries(prober.options.shape).filter(([, schema]) => !isDescribed(schema));
    expect(undescribed.map(([name]) => name)).toEqual([]);
    for (const file of ['README.md', 'testdata/golden.txt']) {
      expect({ file, exists: existsSync(new URL(`${kind}/${file}`, import.meta.url)) }).toEqual({ file, exists: true });
    }
  });
});

async function expectOnTime(dueMs: number, run: () => Promise<Outcome>): Promise<void> {
  const began = performance.now();
  const outcome = await run();
  expect(performance.now() - began).toBeLessThan(dueMs + toleranceMs);
  expect(outcome.verdict).not.toBe('pass');
}

function isDescribed(schema: unknown): boolean {
  return Boolean((schema as { readonly description?: string }).description);
}
