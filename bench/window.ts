import { seconds } from './machine.ts';
import type { Load, Peer } from './peers/peer.ts';
import { linesOf, quantile, type Scraped, scrape, valuesOf } from './scrape.ts';

/** What one prober did while it was watched. */
export interface Observed {
  readonly seconds: number;
  /** Requests that the target answered. */
  readonly probes: number;
  readonly cpuMs: number;
  /** Resident memory at its most, bytes. */
  readonly memory: number;
  readonly scrapes: readonly { readonly seconds: number; readonly bytes: number; readonly lines: number }[];
  /** Of our own service only: what its metrics tell. */
  readonly own?: OwnFigures;
}

interface OwnFigures {
  /** Of all scheduled starts that a scrape saw, in milliseconds. */
  readonly latenessP99Ms: number;
  readonly skipped: number;
  readonly failed: number;
  /** The longest time in which the event loop did not turn, in milliseconds. */
  readonly longestStallMs: number;
}

export interface Watch {
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly scrapeEverySeconds: number;
}

/** Starts the prober, lets it come to a steady state, and watches it while it is scraped as Prometheus would. */
export async function observe(peer: Peer, load: Load, watch: Watch): Promise<Observed> {
  await using probing = await peer.start(load);
  const scrapes: Scraped[] = [];
  const scraped = (limit: number) => scrapeFor(limit, probing.metricsUrl, watch.scrapeEverySeconds);
  // It is scraped while it warms up too: the first exposition of ten thousand new probes is dearer than the others.
  await scraped(watch.warmSeconds);
  const began = performance.now();
  const [cpuBefore, answeredBefore] = [probing.process.cpuMs(), await load.target.answered()];
  scrapes.push(...(await scraped(watch.seconds)));
  const [cpuAfter, answeredAfter] = [probing.process.cpuMs(), await load.target.answered()];
  const last = scrapes.at(-1);
  return {
    seconds: (performance.now() - began) / 1_000,
    probes: answeredAfter - answeredBefore,
    cpuMs: cpuAfter - cpuBefore,
    memory: probing.process.memory().peak,
    scrapes: scrapes.map(({ seconds: took, bytes, text }) => ({
      seconds: took,
      bytes,
      lines: text.split('\n').length,
    })),
    ...(last?.text.includes('watchpost_probe_info') && { own: ownFigures(scrapes, last) }),
  };
}

/** Scrapes at a steady pace until the time is over. */
async function scrapeFor(limit: number, url: string | undefined, everySeconds: number): Promise<readonly Scraped[]> {
  const endMs = performance.now() + limit * 1_000;
  const scrapes: Scraped[] = [];
  for (let nextMs = performance.now(); nextMs < endMs; nextMs += everySeconds * 1_000) {
    if (url !== undefined) scrapes.push(await scrape(url));
    const restMs = Math.min(nextMs + everySeconds * 1_000, endMs) - performance.now();
    await seconds(Math.max(0, restMs) / 1_000);
  }
  return scrapes;
}

function ownFigures(scrapes: readonly Scraped[], last: Scraped): OwnFigures {
  const all = (metric: string) => scrapes.flatMap((one) => valuesOf(one, metric));
  return {
    latenessP99Ms: quantile(all('watchpost_probe_schedule_lateness_seconds'), 0.99) * 1_000,
    skipped: valuesOf(last, 'watchpost_probe_skipped_runs_total').reduce((sum, value) => sum + value, 0),
    failed: linesOf(last.text, 'watchpost_probe_runs_total')
      .filter((line) => !line.includes('verdict="pass"'))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0),
    // Each exposition tells the longest delay since the one before, in which that one was written.
    longestStallMs: Math.max(...all('nodejs_eventloop_lag_max_seconds')) * 1_000,
  };
}
