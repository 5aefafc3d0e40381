import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { countIn, entriesIn } from './log-lines.ts';
import { type LogSourceName, type LogStack, logSources } from './log-stack.ts';

export interface OutageOptions {
  readonly forMs: number;
  /** How many each source writes meanwhile. */
  readonly lines: number;
}

/** In so many portions, all through the outage. */
const portions = 20;
/** Loki gives at most 5,000 lines at once. */
const page = 1_000;

/**
 * Stops Loki, has each source write numbered lines, and starts it again: then each number must be there once.
 * @returns how long it took until all were there
 */
export async function outage(logs: LogStack, { forMs, lines }: OutageOptions): Promise<string> {
  const numbers = Array.from({ length: lines }, (_, i) => `number ${String(i).padStart(5, '0')} of the outage`);
  await logs.stopLoki();
  const stopped = Date.now();
  for (let portion = 0; portion < portions; portion++) {
    const from = Math.floor((lines * portion) / portions);
    const to = Math.floor((lines * (portion + 1)) / portions);
    await Promise.all(logSources.map((source) => logs.write(source, numbers.slice(from, to))));
    await pause(Math.max(0, stopped + (forMs * (portion + 1)) / portions - Date.now()));
  }
  await logs.startLoki();
  const started = Date.now();
  for (const source of logSources) {
    await expect
      .poll(() => countIn(logs.loki(), `sum(count_over_time({service_name="${source}"} |= "of the outage" [2h]))`), {
        timeout: 90_000,
        interval: 1_000,
        message: `lines of the ${source}`,
      })
      .toBe(lines);
  }
  const took = Date.now() - started;
  for (const source of logSources) expect(await numbersOf(logs, source, lines), source).toEqual(numbers);
  const away = ((started - stopped) / 1_000).toFixed(0);
  return `${lines} lines of each of ${logSources.join(', ')}; Loki away for ${away} s; all there ${(took / 1_000).toFixed(0)} s after it answered again`;
}

async function numbersOf(logs: LogStack, source: LogSourceName, lines: number): Promise<readonly string[]> {
  const all: string[] = [];
  for (let from = 0; from < lines; from += page) {
    const thousand = String(from / page).padStart(2, '0');
    const query = `{service_name="${source}"} |= "number ${thousand}"`;
    all.push(...(await entriesIn(logs.loki(), query)).map(({ line }) => line));
  }
  return all.sort();
}
