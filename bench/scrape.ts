import { Agent, get, type IncomingMessage } from 'node:http';

/** One exposition, and how long it took to arrive as a whole. */
export interface Scraped {
  readonly text: string;
  readonly bytes: number;
  readonly seconds: number;
}

/** One connection per address, kept open, as Prometheus does it. */
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

export async function scrape(url: string): Promise<Scraped> {
  const began = performance.now();
  const answer = await open(url);
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (answer.statusCode !== 200) throw new Error(`${url} answered with ${answer.statusCode}`);
  return { text: body.toString('utf8'), bytes: body.length, seconds: (performance.now() - began) / 1_000 };
}

/** Asks, and drops the answer. */
export async function touch(url: string): Promise<void> {
  const answer = await open(url);
  answer.resume();
  await new Promise((resolve, reject) => answer.once('end', resolve).once('error', reject));
}

function open(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(url, { agent }, resolve).once('error', reject));
}

/** The values of one metric, line by line; nothing is parsed that is not asked for. */
export function valuesOf({ text }: Scraped, metric: string, having = ''): readonly number[] {
  const values: number[] = [];
  for (const line of linesOf(text, metric)) {
    if (line.includes(having)) values.push(Number(line.slice(line.lastIndexOf(' ') + 1)));
  }
  return values;
}

/** The lines of one metric. */
export function linesOf(text: string, metric: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
}

export function labelOf(line: string, label: string): string {
  return new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? '';
}

/** The smallest value that `share` of all values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
