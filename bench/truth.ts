import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bar } from './bar.ts';
import { figure } from './bar.ts';
import { seconds, start, until } from './machine.ts';
import { serve } from './peers/watchpost.ts';
import { labelOf, linesOf, quantile, type Scraped, scrape } from './scrape.ts';
import { addressOf } from './target.ts';

const port = 18_090;
const delayMs = 20;

/** How far the reported time may be from the true one, by how busy the service is. */
const cases = [
  { name: 'idle, 20 probes/s', targets: 20, everySeconds: 1, atMost: 2 },
  { name: '1,000 probes/s', targets: 10_000, everySeconds: 10, atMost: 10 },
] as const;

/** The time of the phase `processing` against a server that knows how long it really took. */
export async function truthOfTime(
  folder: string,
  watch: { readonly warmSeconds: number; readonly seconds: number; readonly say: (line: string) => void },
): Promise<readonly Bar[]> {
  const bars: Bar[] = [];
  for (const { name, targets, everySeconds, atMost } of cases) {
    watch.say(`time: ${name} at a server that answers after ${delayMs} ms`);
    const errors = await errorsOf(folder, targets, everySeconds, watch);
    const p = (share: number) => figure(quantile(errors.map(Math.abs), share));
    watch.say(`  ${errors.length} runs; off by p50 ${p(0.5)}, p99 ${p(0.99)}, at most ${p(1)} ms\n`);
    const is = quantile(errors.map(Math.abs), 0.99);
    bars.push({ what: `p99 error of the reported phase, ${name}`, is, atMost, unit: ' ms' });
  }
  return bars;
}

async function errorsOf(
  folder: string,
  targets: number,
  everySeconds: number,
  watch: { readonly warmSeconds: number; readonly seconds: number },
): Promise<readonly number[]> {
  const program = new URL('delaying-target.ts', import.meta.url).pathname;
  await using _server = await start(
    process.execPath,
    [program, String(port), String(delayMs)],
    join(folder, 'delay.out'),
  );
  const delays = `http://127.0.0.1:${port}/delays`;
  await until(10_000, 'the server that delays', () =>
    scrape(delays).then(
      () => true,
      () => false,
    ),
  );
  const file = join(folder, 'truth.yaml');
  writeFileSync(file, configuration(targets, everySeconds));
  await using service = await serve(file, folder);
  await seconds(watch.warmSeconds);
  const errors = new Map<string, number>();
  for (const endMs = performance.now() + watch.seconds * 1_000; performance.now() < endMs; ) {
    await seconds(everySeconds);
    const exposition = await scrape(service.metricsUrl);
    const told: unknown = JSON.parse((await scrape(delays)).text);
    for (const [run, error] of compared(exposition, told as Told)) errors.set(run, error);
  }
  return [...errors.values()];
}

type Told = Readonly<Record<string, readonly (readonly [number, number])[]>>;

/** For each probe's last run: which it was, and how much longer it says that the server took than the server says. */
function compared({ text }: Scraped, told: Told): readonly (readonly [string, number])[] {
  const value = (line: string) => Number(line.slice(line.lastIndexOf(' ') + 1));
  const ended = new Map(
    linesOf(text, 'watchpost_probe_last_run_timestamp_seconds').map((line) => [
      labelOf(line, 'target'),
      value(line) * 1_000,
    ]),
  );
  return linesOf(text, 'probe_http_duration_seconds').flatMap((line) => {
    if (!line.includes('phase="processing"')) return [];
    const target = labelOf(line, 'target');
    const endedMs = ended.get(target) ?? 0;
    // The last answer before the run ended is the one that it reports; the two clocks are the same machine's.
    const answer = told[new URL(target).pathname]?.findLast(([sentMs]) => sentMs <= endedMs + 1);
    // The exposition is written while runs go on: what belongs to another run is left out.
    if (!answer || endedMs - answer[0] > 500) return [];
    return [[`${target} ${endedMs}`, value(line) * 1_000 - answer[1]] as const];
  });
}

function configuration(targets: number, everySeconds: number): string {
  const probes = Array.from(
    { length: targets },
    (_, i) => `      p${i}: { http: "http://${addressOf(i)}:${port}/p${i}" }`,
  );
  return [
    'stack: bench',
    `defaults: { every: ${everySeconds}s }`,
    'services:',
    '  delayed:',
    '    probes:',
    ...probes,
    '',
  ].join('\n');
}
