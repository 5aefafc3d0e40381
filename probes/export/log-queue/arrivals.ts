import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { z } from 'zod';
import { logResource } from '../../../stack/log-fields.ts';

/** Whether the log store has records already, oldest first: how many of those in front. Undefined where it cannot be asked. */
export type Arrivals = (records: readonly ReadableLogRecord[]) => Promise<number | undefined>;

const timeoutMs = 10_000;
/** Loki gives out no more at once. */
const most = 5_000;

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())) })),
  }),
});

/**
 * Asks Loki, whose OTLP endpoint is told by its path, which of some records it has. It drops a record that it has only while that lies
 * in the newest 256 KB of the stream: what was sent and not answered must not be sent again unseen. Undefined for another endpoint.
 */
export function lokiArrivals(endpoint: string): Arrivals | undefined {
  const base = /^(https?:\/\/.+)\/otlp\/*$/.exec(endpoint)?.[1];
  if (base === undefined) return undefined;
  return async (records) => {
    const [first, last] = [records[0], records.at(-1)];
    if (!first || !last) return 0;
    const asked = new URLSearchParams({
      query: `{service_name=${JSON.stringify(String(first.resource.attributes[logResource.serviceName]))}}`,
      start: String(nanosecondsOf(first)),
      end: String(nanosecondsOf(last) + 1n),
      limit: String(most),
      direction: 'forward',
    });
    const response = await fetch(`${base}/loki/api/v1/query_range?${asked}`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status >= 500) throw new Error(`Loki answered ${response.status}`);
    const parsed = answer.safeParse(await response.json().catch(() => undefined));
    // Such as a way to Loki by which nothing may be read, or no Loki at all.
    if (!response.ok || !parsed.success) return undefined;
    const { result } = parsed.data.data;
    const has = new Set(result.flatMap(({ values }) => values.map(([time, line]) => JSON.stringify([time, line]))));
    const missing = records.findIndex(
      (record) => !has.has(JSON.stringify([String(nanosecondsOf(record)), String(record.body)])),
    );
    return missing < 0 ? records.length : missing;
  };
}

function nanosecondsOf({ hrTime: [seconds, nanoseconds] }: ReadableLogRecord): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}
