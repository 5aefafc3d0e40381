import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { type HrTime, type Logger, logs, ROOT_CONTEXT, SeverityNumber, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { logFields, logResource, logServiceName } from '../../stack/log-fields.ts';
import type { Clock } from '../model.ts';
import type { LogLevel, LogRecordOut, LogSink } from './log.ts';
import { lokiArrivals } from './log-queue/arrivals.ts';
import { DiskQueue } from './log-queue/disk-queue.ts';
import type { LogQueue } from './log-queue/log-queue.ts';
import { type LogResult, LogSender, type SendResult } from './log-queue/log-sender.ts';
import { MemoryQueue } from './log-queue/memory-queue.ts';
import { lineOf, recordReader, timeOf } from './log-queue/record-line.ts';
import type { OwnMetrics } from './own-metrics.ts';

/** One try. */
const tryTimeoutMs = 10_000;
/** How long a graceful stop waits for what is not sent yet. */
const stopWithinMs = 1_500;
const mostOnDisk = { mostBytes: 256_000_000, segmentBytes: 4_000_000 } as const;
const mostInMemory = { records: 10_000, bytes: 16_000_000 } as const;
/** Below the data folder. */
const queueFolder = 'log-queue';
/** A line of the log that is longer is cut: Loki takes 256 KB. */
const longestBody = 60_000;

export interface OtlpSinkOptions {
  /** Base of the OTLP endpoint, `http://loki:3100/otlp`; records go to `<base>/v1/logs`. */
  readonly url: string;
  readonly environment: string;
  /** The data folder: what is not sent waits there. Without it, in memory. */
  readonly data?: string;
  readonly clock: Clock;
  readonly count: (result: LogResult, records: number) => void;
  readonly waiting: (records: number, bytes: number) => void;
  readonly say: (level: LogLevel, message: string) => void;
}

const severities = {
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const satisfies Record<LogLevel, SeverityNumber>;
const severityTexts = new Map<number, string>(
  Object.entries(severities).map(([level, number]) => [number, level.toUpperCase()]),
);

/** A sink where an endpoint is configured. One that cannot be had is said, and probing goes on. */
export function tryOtlpSink(
  options: { readonly otlpLogs?: string; readonly data?: string; readonly clock: Clock },
  environment: string,
  metrics: OwnMetrics,
  say: OtlpSinkOptions['say'],
): LogSink | undefined {
  const { otlpLogs: url, data, clock } = options;
  if (url === undefined) return undefined;
  try {
    return startOtlpSink({
      ...{ url, environment, clock, say, ...(data !== undefined && { data }) },
      count: (result, records) => metrics.add('watchpost_log_records_total', records, { result }),
      waiting: (records, bytes) => {
        metrics.set('watchpost_log_waiting_records', records);
        metrics.set('watchpost_log_waiting_bytes', bytes);
      },
    });
  } catch (error) {
    metrics.add('watchpost_internal_errors_total', 1, { place: 'log' });
    say('error', `${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/**
 * Sends log records by OTLP until disposed. The SDK registers its logger for the whole process, so there can be one
 * sink at a time; disposing it takes the logger back.
 */
export function startOtlpSink(options: OtlpSinkOptions): LogSink {
  const { url, environment, clock, count } = options;
  const Agent = url.startsWith('https:') ? https.Agent : http.Agent;
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const exporter = new OTLPLogExporter({
    url: `${url.replace(/\/+$/, '')}/v1/logs`,
    timeoutMillis: tryTimeoutMs,
    httpAgentOptions: () => agent,
  });
  const queue = openQueue(options);
  const read = recordReader((severity) => severityTexts.get(severity) ?? '');
  const arrivals = lokiArrivals(url);
  const tell = () => {
    const { records, bytes } = queue.waiting;
    options.waiting(records, bytes);
  };
  const sender = new LogSender({
    ...{ queue, clock, say: options.say },
    ...(arrivals && {
      arrived: async (lines: readonly string[]) =>
        (await arrivals(lines.map(read).filter((record) => record !== undefined))) ?? 0,
    }),
    send: (lines) =>
      send(
        exporter,
        lines.map(read).filter((record) => record !== undefined),
      ),
    timeOf: (line) => {
      const record = read(line);
      return record && timeOf(record);
    },
    count: (result, records) => {
      count(result, records);
      tell();
    },
  });
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      [logResource.serviceName]: logServiceName,
      [logResource.environment]: environment,
    }),
    autoDetectResources: false,
    logRecordProcessors: [
      queueing((record) => {
        sender.add(lineOf(record), record.attributes[logFields.nonce] !== undefined);
        tell();
      }),
    ],
    spanProcessors: [],
    metricReaders: [],
    textMapPropagator: null,
  });
  let logger: Logger;
  try {
    logger = register(sdk);
  } catch (error) {
    queue[Symbol.dispose]();
    throw error;
  }
  const times = new DistinctTimes();
  tell();
  let stopped = false;
  return {
    emit({ at, level, message, attributes, span }: LogRecordOut) {
      const timestamp = times.next(at);
      logger.emit({
        timestamp,
        observedTimestamp: timestamp,
        severityNumber: severities[level],
        severityText: level.toUpperCase(),
        body: message.length > longestBody ? `${message.slice(0, longestBody)}…` : message,
        attributes: { ...attributes },
        context: span ? trace.setSpanContext(ROOT_CONTEXT, { ...span, traceFlags: TraceFlags.SAMPLED }) : ROOT_CONTEXT,
      });
    },
    async [Symbol.asyncDispose]() {
      if (stopped) return;
      stopped = true;
      const tooLate = Promise.withResolvers<void>();
      using _timer = clock.after(stopWithinMs, tooLate.resolve);
      await Promise.race([sender.stop(), tooLate.promise]);
      sender.abandon();
      // The exporter would try once more by itself.
      agent.maxSockets = 0;
      agent.destroy();
      const left = queue.waiting.records;
      if (!queue.isKept && left > 0) count('dropped', left);
      queue[Symbol.dispose]();
      await sdk.shutdown();
      logs.disable();
    },
  };
}

function openQueue({ data, clock, count, say }: OtlpSinkOptions): LogQueue {
  let said = false;
  const dropped = (records: number) => {
    count('dropped', records);
    if (!said) say('warn', 'too many log records wait for the log store: the oldest are dropped, and counted');
    said = true;
  };
  if (data === undefined) return new MemoryQueue(mostInMemory, dropped);
  try {
    return new DiskQueue({
      folder: join(data, queueFolder),
      ...mostOnDisk,
      mostHeld: mostInMemory,
      dropped,
      say,
      nowMs: () => clock.monotonic(),
    });
  } catch (error) {
    say('error', `log records cannot wait on disk, and wait in memory: ${wordsOf(error as Error)}`);
    return new MemoryQueue(mostInMemory, dropped);
  }
}

/** What the SDK hands its records to. */
function queueing(take: (record: ReadableLogRecord) => void): LogRecordProcessor {
  const done = () => Promise.resolve();
  return { onEmit: take, forceFlush: done, shutdown: done };
}

function register(sdk: NodeSDK): Logger {
  const before = logs.getLoggerProvider();
  sdk.start();
  if (logs.getLoggerProvider() === before) {
    throw new Error('cannot send logs by OTLP: this process has a logger already, or OTEL_SDK_DISABLED is set');
  }
  return logs.getLogger(logServiceName);
}

/** `ExportResultCode.SUCCESS`. */
const exported = 0;
/** The answers that are about the records; any other is about the log store, the way to it, or what it was told of us. */
const refusals: ReadonlySet<unknown> = new Set([400, 413, 422]);

function send(exporter: OTLPLogExporter, records: readonly ReadableLogRecord[]): Promise<SendResult> {
  return new Promise((resolve) => {
    exporter.export([...records], ({ code, error }) => {
      if (code === exported) resolve({ came: 'sent', detail: '' });
      else resolve({ came: refusals.has(statusOf(error)) ? 'refused' : 'later', detail: wordsOf(error) });
    });
  });
}

function statusOf(error: Error | undefined): unknown {
  return error && 'code' in error ? error.code : undefined;
}

function wordsOf(error: Error | undefined): string {
  const data = error && 'data' in error && typeof error.data === 'string' ? error.data : '';
  const status = statusOf(error);
  const words = [error?.message, data].filter(Boolean).join(': ').replaceAll(/\s+/g, ' ').slice(0, 300);
  return typeof status === 'number' ? `status ${status}, ${words}` : words;
}

/** Two records of one millisecond differ by a nanosecond: the log store takes what is equal for one. */
class DistinctTimes {
  #atMs = 0;
  #more = 0;

  next(at: number): HrTime {
    const ms = Math.floor(at);
    this.#more = ms === this.#atMs ? this.#more + 1 : 0;
    this.#atMs = ms;
    return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000 + Math.min(this.#more, 999_999)];
  }
}
