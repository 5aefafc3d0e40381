import type { Attributes, HrTime, SeverityNumber } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';

/**
 * A record as it waits: all that the exporter makes a request of, times included, so that a second request of the same record is
 * the same to the byte. Loki drops what it has already: the same time, labels and line.
 */
interface Line {
  readonly time: HrTime;
  readonly severity: number;
  readonly body: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scope: string;
  readonly trace?: readonly [traceId: string, spanId: string, flags: number];
}

export function lineOf(record: ReadableLogRecord): string {
  const { spanContext } = record;
  const line: Line = {
    time: record.hrTime,
    severity: record.severityNumber ?? 0,
    body: String(record.body),
    attributes: record.attributes,
    resource: record.resource.attributes,
    scope: record.instrumentationScope.name,
    ...(spanContext && { trace: [spanContext.traceId, spanContext.spanId, spanContext.traceFlags] as const }),
  };
  return JSON.stringify(line);
}

/** When the record was made, Unix milliseconds. */
export function timeOf({ hrTime: [seconds, nanoseconds] }: ReadableLogRecord): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** Makes records of lines again. The exporter groups them by the identity of resource and scope, so equal ones are one. */
export function recordReader(severityText: (severity: SeverityNumber) => string) {
  const resources = new Map<string, Resource>();
  const scopes = new Map<string, { readonly name: string }>();
  const resourceOf = (attributes: Attributes) => {
    const key = JSON.stringify(attributes);
    const resource = resources.get(key) ?? resourceFromAttributes(attributes);
    resources.set(key, resource);
    return resource;
  };
  const scopeOf = (name: string) => {
    const scope = scopes.get(name) ?? { name };
    scopes.set(name, scope);
    return scope;
  };
  /** Undefined where the line is damaged. */
  return (text: string): ReadableLogRecord | undefined => {
    const line = parse(text);
    if (!line) return undefined;
    const { time, severity, body, attributes, resource, scope, trace } = line;
    return {
      hrTime: time,
      // Kept by Loki as well: it must not differ from one try to the next.
      hrTimeObserved: time,
      severityNumber: severity,
      severityText: severityText(severity),
      body,
      attributes,
      resource: resourceOf(resource),
      instrumentationScope: scopeOf(scope),
      droppedAttributesCount: 0,
      ...(trace && { spanContext: { traceId: trace[0], spanId: trace[1], traceFlags: trace[2] } }),
    };
  };
}

function parse(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    // It was written by `lineOf`; what is damaged is hardly JSON with a time.
    if (typeof line === 'object' && line !== null && 'time' in line && Array.isArray(line.time)) return line as Line;
  } catch {
    // Half a block of the disk, and no fault of whoever reads it.
  }
  return undefined;
}
