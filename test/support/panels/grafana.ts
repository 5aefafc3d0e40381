import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataSources } from '../../../stack/parts.ts';
import { grafanaPassword } from '../stack.ts';
import type { Ask } from './ask.ts';
import { type Chosen, choices, fillIn } from './chosen.ts';
import type { AskedDashboard, Question } from './questions.ts';

export const authorization = `Basic ${Buffer.from(`admin:${grafanaPassword}`).toString('base64')}`;

const [rangeMs, stepMs, scrapeMs] = [900_000, 15_000, 5_000];

/** What Grafana answers to the query of a panel: how many frames come with at least one value. An error of it is one. */
export async function framesOf(grafana: string, question: Question, chosen: Chosen): Promise<number> {
  const { source, isInstant } = question;
  const kind = isInstant ? 'instant' : 'range';
  const query = {
    refId: 'A',
    datasource: { type: source, uid: dataSources[source] },
    // The variables of a dashboard are the browser's to fill in; the steps are Grafana's, and so it gets them as they stand.
    expr: fillIn(question.expr, { ...chosen, ...untouched }, { stepMs, rangeMs, scrapeMs }),
    ...(source === 'loki' ? { queryType: kind, maxLines: 100 } : { instant: isInstant, range: !isInstant }),
    intervalMs: stepMs,
    maxDataPoints: 60,
  };
  const response = await fetch(`${grafana}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ queries: [query], from: String(Date.now() - rangeMs), to: String(Date.now()) }),
  });
  const { results } = (await response.json()) as QueryAnswer;
  const result = results?.A;
  if (!response.ok || !result || result.error)
    throw new Error(`Grafana: ${response.status} of ${question.key}: ${result?.error ?? 'no result'} (${query.expr})`);
  return (result.frames ?? []).filter(({ data }) => data.values.some((column) => column.length > 0)).length;
}

const untouched = {
  ...Object.fromEntries(['__rate_interval', '__interval', '__range'].map((name) => [name, `$${name}`])),
  // Whatever its version.
  __auto: '$__interval',
};

/** Version 10 brought `$__auto`, for which the one before has `$__interval`. It looks for changes every ten seconds; this waits until it has them. */
export async function writtenForOlder(grafana: string, folder: string): Promise<void> {
  const { version } = (await (await fetch(`${grafana}/api/health`)).json()) as { readonly version: string };
  if (Number.parseInt(version, 10) >= 10) return;
  const taken: string[] = [];
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8');
    if (!text.includes('$__auto')) continue;
    await writeFile(file, text.replaceAll('$__auto', '$__interval'));
    taken.push((JSON.parse(text) as { readonly uid: string }).uid);
  }
  for (const uid of taken) await hasIntervalIn(grafana, uid);
}

async function hasIntervalIn(grafana: string, uid: string): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    const response = await fetch(`${grafana}/api/dashboards/uid/${uid}`, { headers: { authorization } });
    const text = await response.text();
    if (response.ok && !text.includes('$__auto')) return;
    await sleep(500);
  }
  throw new Error(`Grafana did not take the changed dashboard "${uid}" within two minutes`);
}

interface QueryAnswer {
  readonly results?: Readonly<
    Record<
      string,
      {
        readonly error?: string;
        readonly frames?: readonly { readonly data: { readonly values: readonly (readonly unknown[])[] } }[];
      }
    >
  >;
}

/** The choice of a user with which most queries of a dashboard have an answer. */
export async function fullest(dashboard: AskedDashboard, ask: Ask): Promise<Chosen> {
  let best: { readonly chosen: Chosen; readonly answered: number } = { chosen: {}, answered: -1 };
  for (const chosen of await choices(dashboard, ask)) {
    const series = await Promise.all(dashboard.questions.map((question) => ask.series(question, chosen)));
    const answered = series.filter((count) => count > 0).length;
    if (answered > best.answered) best = { chosen, answered };
  }
  return best.chosen;
}
