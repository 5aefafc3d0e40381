import { logs } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import type { LogRecordOut } from './log.ts';
import { type LogResult, startOtlpSink } from './otlp-sink.ts';
import { startReceiver } from './receiver.ts';

const record: LogRecordOut = {
  at: Date.UTC(2026, 10, 23, 3, 0, 0, 250),
  level: 'error',
  message: 'panel/ready is DOWN',
  attributes: { event: 'probe_down', service: 'panel', duration_seconds: 0.5 },
};

function counter() {
  const counts: Record<LogResult, number> = { sent: 0, failed: 0, dropped: 0 };
  const count = (result: LogResult, records: number) => {
    counts[result] += records;
  };
  return { counts, count };
}

describe('a log record', () => {
  test('arrives as OTLP with its resource, time, severity and fields', async () => {
    await using loki = await startReceiver();
    const { counts, count } = counter();
    const sink = startOtlpSink({ url: `${loki.url}/otlp/`, environment: 'test', clock: systemClock, count });
    sink.emit(record);
    await loki.count(1);
    await sink[Symbol.asyncDispose]();
    expect(loki.received).toHaveLength(1);
    expect(loki.received[0]).toMatchObject({
      method: 'POST',
      path: '/otlp/v1/logs',
      body: {
        resourceLogs: [
          {
            resource: {
              attributes: [
                { key: 'service.name', value: { stringValue: 'watchpost' } },
                { key: 'deployment.environment.name', value: { stringValue: 'test' } },
              ],
            },
            scopeLogs: [
              {
                logRecords: [
                  {
                    timeUnixNano: '1795402800250000000',
                    severityNumber: 17,
                    severityText: 'ERROR',
                    body: { stringValue: 'panel/ready is DOWN' },
                    attributes: [
                      { key: 'event', value: { stringValue: 'probe_down' } },
                      { key: 'service', value: { stringValue: 'panel' } },
                      { key: 'duration_seconds', value: { doubleValue: 0.5 } },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      },
    });
    expect(counts).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  test('that is emitted just before the end is still sent', async () => {
    await using loki = await startReceiver();
    const { counts, count } = counter();
    const sink = startOtlpSink({ url: loki.url, environment: 'test', clock: systemClock, count });
    for (let i = 0; i < 600; i++) sink.emit(record);
    await sink[Symbol.asyncDispose]();
    expect(counts).toEqual({ sent: 600, failed: 0, dropped: 0 });
  });

  test('waits for a log store that restarts', async () => {
    await using loki = await startReceiver();
    loki.answer = 503;
    const clock = new ManualClock();
    const { counts, count } = counter();
    const sink = startOtlpSink({ url: loki.url, environment: 'test', clock, count });
    sink.emit(record);
    // The exporter tries twice by itself; then ours waits on the clock.
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(counts).toEqual({ sent: 0, failed: 0, dropped: 0 });
    loki.answer = 200;
    const before = loki.received.length;
    await clock.advance(5_000);
    await loki.count(before + 1);
    await sink[Symbol.asyncDispose]();
    expect(counts).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  test('that the log store refuses is counted as failed and not sent again', async () => {
    await using loki = await startReceiver();
    loki.answer = 400;
    const { counts, count } = counter();
    const sink = startOtlpSink({ url: loki.url, environment: 'test', clock: systemClock, count });
    sink.emit(record);
    await sink[Symbol.asyncDispose]();
    expect(loki.received).toHaveLength(1);
    expect(counts).toEqual({ sent: 0, failed: 1, dropped: 0 });
  });

  test('is dropped and counted when too many wait', async () => {
    await using loki = await startReceiver();
    loki.answer = 'hang';
    const { counts, count } = counter();
    const sink = startOtlpSink({ url: loki.url, environment: 'test', clock: systemClock, count });
    for (let i = 0; i < 2_058; i++) sink.emit(record);
    expect(counts).toEqual({ sent: 0, failed: 0, dropped: 10 });
    await sink[Symbol.asyncDispose]();
    expect(counts.failed + counts.dropped).toBe(2_058);
  });
});

describe('stopping', () => {
  test.each([
    { name: 'hangs', away: false },
    { name: 'is away', away: true },
  ])('takes 2 s at most when the log store $name', async ({ away }) => {
    await using loki = await startReceiver();
    loki.answer = 'hang';
    if (away) await loki[Symbol.asyncDispose]();
    const { count } = counter();
    const sink = startOtlpSink({ url: loki.url, environment: 'test', clock: systemClock, count });
    sink.emit(record);
    const before = performance.now();
    await sink[Symbol.asyncDispose]();
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('gives the logger of the process back, and another sink may take it', async () => {
    await using loki = await startReceiver();
    const before = logs.getLoggerProvider();
    const { count } = counter();
    const options = { url: loki.url, environment: 'test', clock: systemClock, count };
    await using _first = startOtlpSink(options);
    expect(() => startOtlpSink(options)).toThrow('this process has a logger already');
    await _first[Symbol.asyncDispose]();
    expect(logs.getLoggerProvider().constructor).toBe(before.constructor);
    await using _second = startOtlpSink(options);
    expect(logs.getLoggerProvider().constructor).not.toBe(before.constructor);
  });
});
