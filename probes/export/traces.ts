import http from 'node:http';
import https from 'node:https';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { logResource, logServiceName } from '../../stack/log-fields.ts';
import { reasons } from '../../stack/reasons.ts';
import type { Clock, Outcome, PlannedProbe, RunTrace, TracedAttempt, TracePlan } from '../model.ts';

/** What became of a span; those that the collector does not take within half a minute are failed. */
export const spanResults = ['sent', 'failed'] as const;
export type SpanResult = (typeof spanResults)[number];

/** A thousand runs a second are six thousand spans: two seconds of them. */
const queue = { maxQueueSize: 16_384, maxExportBatchSize: 2_048, scheduledDelayMillis: 500 } as const;
const stopWithinMs = 1_000;

export interface TracesOptions {
  readonly plan: TracePlan;
  readonly environment: string;
  readonly location: string;
  readonly clock: Clock;
  readonly count: (result: SpanResult, spans: number) => void;
  /** Said once when spans are not taken any more, and once when they are again. */
  readonly say: (level: 'info' | 'warn', message: string) => void;
}

/** Makes a trace of a run: a span for the run, below it one for each re-check, and below each the phases. Sends them until disposed. */
export class Traces implements AsyncDisposable {
  readonly #options: TracesOptions;
  readonly #provider: TracerProvider;
  readonly #agent: http.Agent;
  #fails = false;

  constructor(options: TracesOptions) {
    this.#options = options;
    const { plan, environment } = options;
    const Agent = plan.url.startsWith('https:') ? https.Agent : http.Agent;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 2 });
    const exporter = new OTLPTraceExporter({
      url: `${plan.url}/v1/traces`,
      ...(plan.headers && { headers: plan.headers }),
      httpAgentOptions: () => this.#agent,
    });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        [logResource.serviceName]: logServiceName,
        [logResource.environment]: environment,
      }),
      spanProcessors: [new BatchSpanProcessor({ exporter: this.#counting(exporter), ...queue })],
    });
  }

  /** A run that begins; undefined where this one is not traced. */
  begin(probe: PlannedProbe): RunTrace | undefined {
    const { plan, clock, location } = this.#options;
    if (plan.sample < 1 && Math.random() >= plan.sample) return undefined;
    const tracer = this.#provider.getTracer(logServiceName);
    const { service, probe: name } = probe;
    const start = (spanName: string, parent: Context, startTime: number) =>
      tracer.startSpan(spanName, { kind: SpanKind.CLIENT, startTime, attributes: about(probe, location) }, parent);
    const run = start(`probe ${service}/${name}`, ROOT_CONTEXT, clock.now());
    const inRun = trace.setSpan(ROOT_CONTEXT, run);
    let last: Outcome | undefined;
    return {
      attempt: () => {
        const startedAt = clock.now();
        // The first is the run itself: most runs have no other.
        const own = last === undefined ? run : start('re-check', inRun, startedAt);
        return attemptOf(own, (outcome) => {
          last = outcome;
          const inside = trace.setSpan(inRun, own);
          for (const { phase, fromMs, toMs } of phasesOf(outcome)) {
            tracer.startSpan(phase, { startTime: startedAt + fromMs }, inside).end(startedAt + toMs);
          }
          for (const { atMs, text } of outcome.verdict === 'fail' ? outcome.steps : []) {
            own.addEvent(text, undefined, startedAt + atMs);
          }
          if (own !== run) judged(own, outcome).end(startedAt + outcome.durationMs);
        });
      },
      end: () => {
        if (last) judged(run, last);
        run.end(clock.now());
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const tooLate = Promise.withResolvers<void>();
    using _timer = this.#options.clock.after(stopWithinMs, tooLate.resolve);
    const ended = this.#provider.shutdown().catch(() => {
      // What was not sent was counted as failed.
    });
    await Promise.race([ended, tooLate.promise]);
    this.#agent.maxSockets = 0;
    this.#agent.destroy();
  }

  #counting(exporter: OTLPTraceExporter): SpanExporter {
    return {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          const isSent = result.code === 0;
          this.#options.count(isSent ? 'sent' : 'failed', spans.length);
          if (isSent === this.#fails) this.#tell(isSent, result.error);
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
      forceFlush: () => exporter.forceFlush(),
    };
  }

  #tell(isSent: boolean, error: Error | undefined): void {
    this.#fails = !isSent;
    if (isSent) this.#options.say('info', 'spans are taken again');
    else this.#options.say('warn', `spans are not taken, and are lost: ${error?.message ?? 'no answer'}`);
  }
}

function attemptOf(span: Span, ended: (outcome: Outcome) => void): TracedAttempt {
  const { traceId, spanId } = span.spanContext();
  return { span: { traceId, spanId }, traceparent: `00-${traceId}-${spanId}-01`, ended };
}

function judged(span: Span, { verdict, reason, found, expected, samples }: Outcome): Span {
  span.setAttributes({ 'watchpost.verdict': verdict, 'watchpost.reason': reason });
  for (const { metric, value } of samples) {
    const name = samplesByConvention[metric];
    if (name !== undefined) span.setAttribute(name, value);
  }
  if (verdict === 'pass') return span.setStatus({ code: SpanStatusCode.OK });
  span.setAttributes({ 'watchpost.found': found, 'watchpost.expected': expected });
  if (verdict === 'inconclusive') return span;
  const message = `${reasons[reason].words} (found ${found}, expected ${expected})`;
  return span.setAttribute('error.type', reason).setStatus({ code: SpanStatusCode.ERROR, message });
}

/** https://opentelemetry.io/docs/specs/semconv/ */
const samplesByConvention: Readonly<Record<string, string>> = {
  probe_http_status_code: 'http.response.status_code',
  probe_grpc_status_code: 'rpc.grpc.status_code',
  probe_websocket_status_code: 'http.response.status_code',
};

function about(
  { service, probe, kind, target, endpoints, team, severity }: PlannedProbe,
  location: string,
): Attributes {
  const [first] = endpoints;
  return {
    ...{ 'watchpost.service': service, 'watchpost.probe': probe, 'watchpost.kind': kind, 'watchpost.target': target },
    ...{ 'watchpost.location': location, 'watchpost.team': team, 'watchpost.severity': severity },
    ...(first && { 'server.address': first.host, 'server.port': first.port }),
    ...(/^https?:/.test(target) && { 'url.full': target }),
  };
}

/** One after the other, as they were; of a request that was redirected each phase is the sum of its parts. */
function phasesOf({ samples }: Outcome): readonly { phase: string; fromMs: number; toMs: number }[] {
  let fromMs = 0;
  return samples.flatMap(({ labels, value }) => {
    if (labels?.phase === undefined) return [];
    const span = { phase: labels.phase, fromMs, toMs: fromMs + value * 1_000 };
    fromMs = span.toMs;
    return [span];
  });
}
