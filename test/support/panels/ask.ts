import { parseDuration } from '../../../stack/duration.ts';
import { type Chosen, fillIn, type Steps } from './chosen.ts';
import type { Question, Source } from './questions.ts';

/** Asks Prometheus and Loki as Grafana does. */
export interface Ask {
  /** What a variable offers: the answer to `label_values(…)` or `query_result(…)`. */
  values(source: Source, query: string): Promise<readonly string[]>;
  /** How many series, or streams of lines, come with at least one value. */
  series(question: Question, chosen: Chosen): Promise<number>;
}

/** As a user would who opens the dashboard now: a quarter of an hour back, a point every 15 s. */
const steps: Steps = { stepMs: 15_000, rangeMs: 900_000, scrapeMs: 5_000 };

/** @param urls where each of them is; a question to one that is not there is an error */
export function asker(urls: Readonly<Partial<Record<Source, string>>>): Ask {
  const base = (source: Source) => {
    const url = urls[source];
    if (url === undefined) throw new Error(`there is no ${source} to ask`);
    return `${url}${source === 'loki' ? '/loki' : ''}/api/v1`;
  };
  return {
    async values(source, query) {
      const [, selector, label] = /^label_values\((?:(.+),\s*)?(\w+)\)$/s.exec(query) ?? [];
      const [, result] = /^query_result\((.+)\)$/s.exec(query) ?? [];
      if (result !== undefined) return await written(`${base(source)}/query`, result);
      if (label === undefined) throw new Error(`no query of a variable that is known here: ${query}`);
      const { start, end } = range();
      const parameters = new URLSearchParams({ start, end });
      if (selector) parameters.set(source === 'loki' ? 'query' : 'match[]', selector);
      return (await get<readonly string[] | undefined>(`${base(source)}/label/${label}/values`, parameters)) ?? [];
    },
    async series({ source, expr, isInstant, interval }, chosen) {
      const stepMs = Math.max(steps.stepMs, (interval && parseDuration(interval)) || 0);
      const query = fillIn(expr, chosen, { ...steps, stepMs });
      const { start, end } = range();
      const parameters = isInstant
        ? new URLSearchParams({ query, time: end })
        : new URLSearchParams({ query, start, end, step: String(stepMs / 1_000) });
      if (source === 'loki') parameters.set('limit', '1000');
      const { resultType, result } = await get<Answer>(
        `${base(source)}/${isInstant ? 'query' : 'query_range'}`,
        parameters,
      );
      if (resultType === 'scalar') return 1;
      return result.filter(({ value, values = [] }) => [...values, ...(value ? [value] : [])].some(isValue)).length;
    },
  };
}

/** Each series of the answer as Grafana writes it for a variable: `{service="shop"} 1`. */
async function written(url: string, query: string): Promise<readonly string[]> {
  const { result } = await get<{ readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] }>(
    url,
    new URLSearchParams({ query }),
  );
  return result.map(({ metric }) => `{${Object.entries(metric).map(([name, value]) => `${name}="${value}"`)}} 1`);
}

function range(): { readonly start: string; readonly end: string } {
  const seconds = Date.now() / 1_000;
  return { start: String(seconds - steps.rangeMs / 1_000), end: String(seconds) };
}

/** A panel draws nothing of what is no number. A log line is one. */
function isValue([, value]: Pair): boolean {
  return value !== 'NaN' && !/^[+-]Inf$/.test(value);
}

type Pair = readonly [at: number | string, value: string];

type Answer =
  | { readonly resultType: 'scalar'; readonly result: Pair }
  | {
      readonly resultType: 'vector' | 'matrix' | 'streams';
      readonly result: readonly { readonly value?: Pair; readonly values?: readonly Pair[] }[];
    };

async function get<T>(url: string, parameters: URLSearchParams): Promise<T> {
  const response = await fetch(`${url}?${parameters}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} of ${parameters.get('query') ?? url}: ${text.slice(0, 500)}`);
  return (JSON.parse(text) as { readonly data: T }).data;
}
