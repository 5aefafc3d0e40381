import { type Bar, figure, type Missing, sayRows } from './bar.ts';
import { blackbox } from './peers/blackbox.ts';
import { cloudprober } from './peers/cloudprober.ts';
import type { Load, Protocol } from './peers/peer.ts';
import { watchpost } from './peers/watchpost.ts';
import { type Observed, observe, type Watch } from './window.ts';

export interface LoadOptions extends Watch {
  readonly targets: number;
  readonly everySeconds: number;
  /** How often each prober has its turn: they take turns, so that what disturbs the machine disturbs all of them. */
  readonly rounds: number;
  /** Names of the peers to compare with. */
  readonly against: readonly string[];
  readonly say: (line: string) => void;
}

/** Ours first; of the others, the most that our processor time per probe may be of theirs. */
const peers = [
  { peer: watchpost },
  { peer: cloudprober, atMost: 0.7, aim: 0.5 },
  { peer: blackbox, atMost: 0.4 },
] as const;

/** The same load on each prober in turn: processor time per probe, and what else ten thousand targets ask for. */
export async function compare(load: Load, options: LoadOptions): Promise<readonly (Bar | Missing)[]> {
  const { protocol } = load;
  const results = new Map<string, readonly Observed[]>();
  const present = peers.filter(({ peer }) => peer.missing() === undefined && isWanted(peer.name, options));
  for (let round = 1; round <= options.rounds; round++) {
    for (const { peer } of present) {
      options.say(
        `${protocol}, round ${round} of ${options.rounds}: ${peer.name}, ${options.warmSeconds} + ${options.seconds} s`,
      );
      const observed = await observe(peer, load, options);
      results.set(peer.name, [...(results.get(peer.name) ?? []), observed]);
      options.say(`  ${sayObserved(observed)}`);
    }
  }
  options.say(table(protocol, results));
  const ours = results.get(watchpost.name) ?? [];
  return [...ratios(protocol, results, options), ...(protocol === 'http' ? scaleBars(ours, options) : [])];
}

function isWanted(name: string, { against }: LoadOptions): boolean {
  return name === watchpost.name || against.includes(name);
}

function ratios(protocol: Protocol, results: ReadonlyMap<string, readonly Observed[]>, options: LoadOptions) {
  const ours = costOf(results.get(watchpost.name) ?? []);
  return peers.flatMap((entry): readonly (Bar | Missing)[] => {
    if (!('atMost' in entry) || !isWanted(entry.peer.name, options)) return [];
    const { peer, atMost } = entry;
    const what = `${protocol}: CPU per probe, of ${peer.name}'s`;
    const missing = peer.missing();
    if (missing !== undefined) return [{ what, missing }];
    const is = ours / costOf(results.get(peer.name) ?? []);
    return [{ what, is, atMost, unit: '', ...('aim' in entry && { aim: entry.aim }) }];
  });
}

/** What issue 4 asks of ten thousand targets every ten seconds, scraped every five. */
function scaleBars(ours: readonly Observed[], { targets, everySeconds }: LoadOptions): readonly Bar[] {
  const worst = (of: (observed: Observed) => number) => Math.max(...ours.map(of));
  const own = (of: (figures: NonNullable<Observed['own']>) => number) =>
    worst(({ own: figures }) => (figures ? of(figures) : Number.NaN));
  const wanted = (targets / everySeconds) * 0.99;
  return [
    { what: 'cores used', is: worst(({ cpuMs, seconds }) => cpuMs / seconds / 1_000), atMost: 1, unit: '' },
    {
      what: 'probes that were due and did not reach the target, per second',
      is: Math.max(0, wanted - Math.min(...ours.map(({ probes, seconds }) => probes / seconds))),
      atMost: 0,
      unit: '',
    },
    { what: 'p99 of how late a run starts', is: own(({ latenessP99Ms }) => latenessP99Ms), atMost: 50, unit: ' ms' },
    { what: 'skipped runs', is: own(({ skipped }) => skipped), atMost: 0, unit: '' },
    { what: 'runs that did not pass', is: own(({ failed }) => failed), atMost: 0, unit: '' },
    {
      what: 'resident memory at its most',
      is: worst(({ memory }) => memory / 1e6),
      atMost: 400,
      aim: 296,
      unit: ' MB',
    },
    {
      what: 'longest stall of the event loop, scrapes included',
      is: own(({ longestStallMs }) => longestStallMs),
      atMost: 50,
      unit: ' ms',
    },
    {
      what: 'longest scrape',
      is: worst(({ scrapes }) => Math.max(...scrapes.map(({ seconds }) => seconds))),
      atMost: 2,
      unit: ' s',
    },
  ];
}

/** Milliseconds of processor time per probe, over all rounds. */
function costOf(observed: readonly Observed[]): number {
  const sum = (of: (one: Observed) => number) => observed.reduce((total, one) => total + of(one), 0);
  return sum(({ cpuMs }) => cpuMs) / sum(({ probes }) => probes);
}

function table(protocol: Protocol, results: ReadonlyMap<string, readonly Observed[]>): string {
  const head = [`${protocol}`, 'CPU per probe', 'probes/s', 'cores', 'memory', 'scrape', 'exposition', 'lines'];
  const rows = [...results].map(([name, observed]) => {
    const scrapes = observed.flatMap((one) => one.scrapes);
    const most = (of: (one: (typeof scrapes)[number]) => number) => Math.max(...scrapes.map(of));
    return [
      name,
      `${figure(costOf(observed))} ms`,
      observed.map(({ probes, seconds }) => figure(probes / seconds)).join(' '),
      observed.map(({ cpuMs, seconds }) => figure(cpuMs / seconds / 1_000)).join(' '),
      `${figure(Math.max(...observed.map(({ memory }) => memory / 1e6)))} MB`,
      ...(scrapes.length > 0
        ? [`${figure(most(({ seconds }) => seconds))} s`, `${figure(most(({ bytes }) => bytes) / 1e6)} MB`]
        : ['-', '-']),
      scrapes.length > 0 ? String(most(({ lines }) => lines)) : '-',
    ];
  });
  return `\n${sayRows(head, rows)}\n`;
}

function sayObserved({ cpuMs, probes, seconds, own }: Observed): string {
  const cost = `${figure(cpuMs / probes)} ms per probe, ${figure(probes / seconds)} probes/s`;
  if (!own) return cost;
  const { latenessP99Ms, longestStallMs, skipped, failed } = own;
  return `${cost}, p99 late ${figure(latenessP99Ms)} ms, longest stall ${figure(longestStallMs)} ms, ${skipped} skipped, ${failed} not passed`;
}
