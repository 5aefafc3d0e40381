import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logs } from '@opentelemetry/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { ownTime } from '../testing/own-time.ts';
import type { LogRecordOut } from './log.ts';
import type { LogResult } from './log-queue/log-sender.ts';
import { type OtlpSinkOptions, startOtlpSink } from './otlp-sink.ts';
import { startReceiver } from './receiver.ts';

/** A quarter past a second: a record keeps its milliseconds. */
const at = Math.floor(Date.now() / 1_000) * 1_000 - 750;
const nanoseconds = `${at}000000`;
const record: LogRecordOut = {
  at,
  level: 'error',
  message: 'panel/ready is DOWN',
  attributes: { event: 'probe_down', service: 'panel', duration_seconds: 0.5 },
};

function start(own: Pick<OtlpSinkOptions, 'url'> & Partial<OtlpSinkOptions>) {
  const counts: Record<LogResult, number> = { sent: 0, refused: 0, dropped: 0 };
  const said: string[] = [];
  const waiting = { records: 0 };
  // A test that fails must not keep the logger of the process from those after it.
  onTestFinished(() => logs.disable());
  const sink = startOtlpSink({
    environment: 'test',
    clock: systemClock,
    count: (result, records) => {
      counts[result] += records;
    },
    waiting: (records) => {
      waiting.records = records;
    },
    say: (level, message) => said.push(`${level} ${message}`),
    ...own,
  });
  return { sink, counts, said, waiting };
}

/** The nanoseconds and the bodies of a request's records. */
function recordsOf(body: unknown): readonly (readonly [time: string, text: string])[] {
  const { resourceLogs } = body as {
    resourceLogs: { scopeLogs: { logRecords: { timeUnixNano: string; body: { stringValue: string } }[] }[] }[];
  };
  return resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) => logRecords.map((one) => [one.timeUnixNano, one.body.stringValue] as const)),
  );
}

describe('a log record', () => {
  test('arrives as OTLP with its resource, time, severity and fields', async () => {
    await using loki = await startReceiver();
    const { sink, counts } = start({ url: `${loki.url}/otlp/` });
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
                    timeUnixNano: nanoseconds,
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
    expect(counts).toEqual({ sent: 1, refused: 0, dropped: 0 });
  });

  test('that is emitted just before the end is still sent', async () => {
    await using loki = await startReceiver();
    const { sink, counts } = start({ url: loki.url });
    for (let i = 0; i < 600; i++) sink.emit(record);
    await sink[Symbol.asyncDispose]();
    expect(counts).toEqual({ sent: 600, refused: 0, dropped: 0 });
  });

  test('waits for a log store that restarts, and is then sent as it was', async () => {
    await using loki = await startReceiver();
    loki.answer = 400;
    const clock = new ManualClock(at);
    const { sink, counts, waiting } = start({ url: loki.url, clock });
    loki.answer = 404;
    for (let i = 0; i < 3; i++) sink.emit({ ...record, message: `${i}` });
    expect(waiting.records).toBe(3);
    await clock.advance(200);
    await loki.count(1);
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(counts).toEqual({ sent: 0, refused: 0, dropped: 0 });
    loki.answer = 200;
    await clock.advance(1_000);
    await loki.count(2);
    await sink[Symbol.asyncDispose]();
    expect(counts).toEqual({ sent: 3, refused: 0, dropped: 0 });
    const [first, second] = loki.received;
    expect(first?.body).toEqual(second?.body);
    // One millisecond for all three: each has a nanosecond of its own.
    expect(recordsOf(second?.body)).toEqual([
      [nanoseconds, '0'],
      [nanoseconds.replace(/0$/, '1'), '1'],
      [nanoseconds.replace(/0$/, '2'), '2'],
    ]);
  });

  test('that the log store refuses is counted, said once, and stops no other', async () => {
    await using loki = await startReceiver();
    loki.answer = ({ body }) => (recordsOf(body).some(([, text]) => text.startsWith('bad')) ? 400 : 200);
    const { sink, counts, said } = start({ url: loki.url });
    for (let i = 0; i < 40; i++) sink.emit({ ...record, message: i % 20 === 7 ? `bad ${i}` : `good ${i}` });
    await sink[Symbol.asyncDispose]();
    expect(counts).toEqual({ sent: 38, refused: 2, dropped: 0 });
    expect(said).toEqual([
      expect.stringMatching(
        /^warn the log store refused a record for good \(further ones are only counted\): status 400/,
      ),
    ]);
  });

  test('that is a nonce leaves no backlog: the newest is sent', async () => {
    await using loki = await startReceiver();
    const { sink, counts, waiting } = start({ url: loki.url });
    for (let i = 0; i < 40; i++) sink.emit({ ...record, message: `${i}`, attributes: { nonce: `${i}` } });
    expect(waiting.records).toBe(0);
    await sink[Symbol.asyncDispose]();
    expect(loki.received.flatMap(({ body }) => recordsOf(body)).map(([, text]) => text)).toEqual(['39']);
    expect(counts).toEqual({ sent: 1, refused: 0, dropped: 0 });
  });

  test('waits in memory where there is no data folder: of too many the oldest are dropped, counted and said once', async () => {
    await using loki = await startReceiver();
    loki.answer = 'hang';
    const { sink, counts, said, waiting } = start({ url: loki.url });
    for (let i = 0; i < 10_010; i++) sink.emit(record);
    expect(counts).toEqual({ sent: 0, refused: 0, dropped: 10 });
    expect(waiting.records).toBe(10_000);
    expect(said).toEqual(['warn too many log records wait for the log store: the oldest are dropped, and counted']);
    await sink[Symbol.asyncDispose]();
    expect(counts).toEqual({ sent: 0, refused: 0, dropped: 10_010 });
  });

  test('waits in the data folder over a restart, and goes before those that come after', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'otlp-'));
    await using loki = await startReceiver();
    loki.answer = 503;
    const first = start({ url: loki.url, data: folder.path });
    for (let i = 0; i < 2_500; i++) first.sink.emit({ ...record, at: Date.now(), message: `${i}` });
    await first.sink[Symbol.asyncDispose]();
    expect(first.counts).toEqual({ sent: 0, refused: 0, dropped: 0 });

    loki.answer = 200;
    const before = loki.received.length;
    const second = start({ url: loki.url, data: folder.path });
    expect(second.waiting.records).toBe(2_500);
    second.sink.emit({ ...record, at: Date.now(), message: '2500' });
    await loki.count(before + 3);
    await second.sink[Symbol.asyncDispose]();
    const sent = loki.received.slice(before).flatMap(({ body }) => recordsOf(body));
    expect(sent.map(([, text]) => text)).toEqual(Array.from({ length: 2_501 }, (_, i) => `${i}`));
    expect(second.counts).toEqual({ sent: 2_501, refused: 0, dropped: 0 });
    expect(second.waiting.records).toBe(0);
  });

  test('that waited for a week is dropped and counted', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'otlp-'));
    await using loki = await startReceiver();
    loki.answer = 503;
    const first = start({ url: loki.url, data: folder.path });
    const now = Date.now();
    first.sink.emit({ ...record, at: now - 7 * 86_400_000 - 1, message: 'too old' });
    first.sink.emit({ ...record, at: now - 7 * 86_400_000 + 60_000, message: 'old' });
    await first.sink[Symbol.asyncDispose]();
    loki.answer = 200;
    const { sink, counts } = start({ url: loki.url, data: folder.path });
    await sink[Symbol.asyncDispose]();
    expect(recordsOf(loki.received.at(-1)?.body).map(([, text]) => text)).toEqual(['old']);
    expect(first.counts.dropped + counts.dropped).toBe(1);
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
    const { sink } = start({ url: loki.url });
    sink.emit(record);
    expect(await ownTime(() => sink[Symbol.asyncDispose]())).toBeLessThan(2_000);
  });

  test('gives the logger of the process back, and another sink may take it', async () => {
    await using loki = await startReceiver();
    const before = logs.getLoggerProvider();
    await using _first = start({ url: loki.url }).sink;
    expect(() => start({ url: loki.url })).toThrow('this process has a logger already');
    await _first[Symbol.asyncDispose]();
    expect(logs.getLoggerProvider().constructor).toBe(before.constructor);
    await using _second = start({ url: loki.url }).sink;
    expect(logs.getLoggerProvider().constructor).not.toBe(before.constructor);
  });
});
