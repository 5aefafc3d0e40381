import http from 'node:http';
import https from 'node:https';
import { type Logger, logs, SeverityNumber } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { logResource, logServiceName } from '../../stack/log-fields.ts';
import type { Clock } from '../model.ts';
import type { LogLevel, LogRecordOut, LogSink } from './log.ts';
import type { OwnMetrics } from './own-metrics.ts';

/** What became of a record: `sent`, `failed` (the store refused it, or was away for too long), `dropped` (too many waited). */
export const logResults = ['sent', 'failed', 'dropped'] as const;
export type LogResult = (typeof logResults)[number];

/** Records that may wait for the log store; a later one is dropped. */
const maxWaiting = 2_048;
/** One try. Shorter than the exporter's first back-off plus a try, so that retrying is left to `keepTrying`. */
const tryTimeoutMs = 2_000;
/** Loki takes minutes to restart. */
const keepTryingMs = 10 * 60_000;
const retryAfterMs = 5_000;
/** How long a graceful stop waits for what is not sent yet. */
const stopWithinMs = 1_500;

export interface OtlpSinkOptions {
  /** Base of the OTLP endpoint, `http://loki:3100/otlp`; records go to `<base>/v1/logs`. */
  readonly url: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly count: (result: LogResult, records: number) => void;
}

const severities = {
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const satisfies Record<LogLevel, SeverityNumber>;

/** A sink where an endpoint is configured. One that cannot be had is said to `write`: there is no log yet, and probing goes on. */
export function tryOtlpSink(
  options: { readonly otlpLogs?: string; readonly clock: Clock; readonly write: (line: string) => void },
  environment: string,
  metrics: OwnMetrics,
): LogSink | undefined {
  const { otlpLogs: url, clock, write } = options;
  if (url === undefined) return undefined;
  const count = (result: LogResult, records: number) => metrics.add('watchpost_log_records_total', records, { result });
  try {
    return startOtlpSink({ url, environment, clock, count });
  } catch (error) {
    metrics.add('watchpost_internal_errors_total', 1, { place: 'log' });
    write(`${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/**
 * Sends log records by OTLP until disposed. The SDK registers its logger for the whole process, so there can be one
 * sink at a time; disposing it takes the logger back.
 */
export function startOtlpSink(options: OtlpSinkOptions): LogSink {
  const { url, environment, clock, count } = options;
  const stop = new AbortController();
  const Agent = url.startsWith('https:') ? https.Agent : http.Agent;
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const exporter = new OTLPLogExporter({
    url: `${url.replace(/\/+$/, '')}/v1/logs`,
    timeoutMillis: tryTimeoutMs,
    httpAgentOptions: () => agent,
  });
  let waiting = 0;
  const processor = new BatchLogRecordProcessor({
    exporter: keepTrying(exporter, clock, stop.signal, (result, records) => {
      waiting -= records;
      count(result, records);
    }),
    scheduledDelayMillis: 200,
    maxQueueSize: 2 * maxWaiting,
    exportTimeoutMillis: 2 * keepTryingMs,
  });
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      [logResource.serviceName]: logServiceName,
      [logResource.environment]: environment,
    }),
    autoDetectResources: false,
    logRecordProcessors: [processor],
    spanProcessors: [],
    metricReaders: [],
    textMapPropagator: null,
  });
  const logger = register(sdk);
  return {
    emit({ at, level, message, attributes }: LogRecordOut) {
      if (waiting >= maxWaiting) {
        count('dropped', 1);
        return;
      }
      waiting++;
      logger.emit({
        timestamp: new Date(at),
        severityNumber: severities[level],
        severityText: level.toUpperCase(),
        body: message,
        attributes: { ...attributes },
      });
    },
    async [Symbol.asyncDispose]() {
      if (stop.signal.aborted) return;
      stop.abort();
      const tooLate = Promise.withResolvers<void>();
      using _timer = clock.after(stopWithinMs, tooLate.resolve);
      const flushed = sdk.shutdown().catch(() => {
        // Nothing can be said any more where nobody listens; every record was counted as failed.
      });
      await Promise.race([flushed, tooLate.promise]);
      if (waiting > 0) count('dropped', waiting);
      agent.destroy();
      logs.disable();
    },
  };
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

/** The exporter, tried again for as long as the log store may need to restart. Tells what became of every record. */
function keepTrying(
  exporter: OTLPLogExporter,
  clock: Clock,
  stop: AbortSignal,
  settled: (result: LogResult, records: number) => void,
): LogRecordExporter {
  return {
    export(records, done) {
      const untilMs = clock.monotonic() + keepTryingMs;
      const once = () =>
        exporter.export(records, (result) => {
          const again = result.code !== exported && isTransient(result.error) && !stop.aborted;
          if (again && clock.monotonic() < untilMs) {
            wait(clock, retryAfterMs, stop, once);
            return;
          }
          settled(result.code === exported ? 'sent' : 'failed', records.length);
          // Counted; the SDK would only report it to a diagnostics logger that nobody has set.
          done({ code: exported });
        });
      once();
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Everything but an answer of the store that refuses the records themselves. */
function isTransient(error: Error | undefined): boolean {
  const status = error && 'code' in error ? error.code : undefined;
  return typeof status !== 'number' || status >= 500 || status === 429;
}

/** Calls back after `ms`, or as soon as `stop` aborts. */
function wait(clock: Clock, ms: number, stop: AbortSignal, callback: () => void): void {
  const fire = () => {
    timer[Symbol.dispose]();
    stop.removeEventListener('abort', fire);
    callback();
  };
  const timer = clock.after(ms, fire);
  stop.addEventListener('abort', fire, { once: true });
}
