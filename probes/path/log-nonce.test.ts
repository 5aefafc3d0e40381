import { describe, expect, test } from 'vitest';
import { Journal } from '../export/journal.ts';
import { Log, type LogRecordOut } from '../export/log.ts';
import { OwnMetrics } from '../export/own-metrics.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { AlertPath } from './alert-path.ts';
import { LogNonce } from './log-nonce.ts';

function setUp() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const records: LogRecordOut[] = [];
  const sink = { emit: (record: LogRecordOut) => records.push(record), [Symbol.asyncDispose]: async () => {} };
  const log = new Log({ clock, write: (line) => lines.push(line), sink });
  const path = new AlertPath({ clock, metrics: new OwnMetrics(), sources: ['loki'] });
  return { clock, lines, records, path, nonce: new LogNonce({ clock, path, journal: new Journal({ log, clock }) }) };
}

describe('the nonce in the log store', () => {
  test('is another one every 30 s, as digits, and no line for people', async () => {
    const { clock, lines, records, path } = setUp();
    await clock.advance(60_000);
    expect(records.map(({ at, level, attributes }) => ({ at, level, event: attributes.event }))).toEqual(
      [60_000, 30_000, 0].map((agoMs) => ({ at: clock.now() - agoMs, level: 'info', event: 'path_nonce' })),
    );
    const nonces = records.map(({ attributes }) => attributes.nonce);
    expect(new Set(nonces).size).toBe(3);
    for (const nonce of nonces) expect(nonce).toMatch(/^\d{1,15}$/);
    expect(path.shownAt(String(nonces[2]))).toBe(clock.monotonic());
    expect(lines).toEqual([]);
  });

  test('ends with the service', async () => {
    const { clock, records, nonce } = setUp();
    nonce[Symbol.dispose]();
    await clock.advance(120_000);
    expect(records).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
