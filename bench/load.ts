import { type Bar, figure, type Missing, sayRows } from './bar.ts';
import { bareHandshake } from './peers/bare-handshake.ts';
import { blackbox } from './peers/blackbox.ts';
import { cloudprober } from './peers/cloudprober.ts';
import type { Load, Peer, Protocol } from './peers/peer.ts';
import { watchpost } from './peers/watchpost.ts';
import { quantile } from './scrape.ts';
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

interface Compared {
  readonly peer: Peer;
  /** The most that our processor time per probe may be of its. */
  readonly atMost: number;
  readonly aim?: number;
}

/**
 * What a TLS probe costs is above all what the handshake costs in the TLS of its language, so by https we are held against Node's
 * own as it is, and against the cheaper of the other two.
 */
const compared: Readonly<Record<Protocol, readonly Compared[]>> = {
  http: [
    { peer: cloudprober, atMost: 0.7, aim: 0.5 },
    { peer: blackbox, atMost: 0.4 },
  ],
  https: [
    { peer: bareHandshake, atMost: 1.25 },
    { peer: cloudprober, atMost: 1 },
  ],
};

/** The same load on each prober in turn: processor time per probe, and what else ten thousand targets ask for. */
export async function compare(load: Load, options: LoadOptions): Promise<readonly (Bar | Missing)[]> {
  const { protocol } = load;
  const results = new Map<string, readonly Observed[]>();
  const others = compared[protocol].map(({ peer }) => peer);
  const present = [watchpost, ...others].filter((peer) => peer.missing() === undefined && isWanted(peer, options));
  for (let round = 1; round <= options.rounds; round++) {
    for (const peer of present) {
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

function isWanted({ name }: Peer, { against }: LoadOptions): boolean {
  return name === watchpost.name || name === bareHandshake.name || against.includes(name);
}

function ratios(protocol: Protocol, results: ReadonlyMap<string, readonly Observed[]>, options: LoadOptions) {
  const ours = results.get(watchpost.name) ?? [];
  return compared[protocol].flatMap(({ peer, atMost, aim }): readonly (Bar | Missing)[] => {
    if (!isWanted(peer, options)) return [];
    const what = `${protocol}: CPU per probe, of ${peer.name}'s`;
    const missing = peer.missing();
    if (missing !== undefined) return [{ what, missing }];
    const theirs = results.get(peer.name) ?? [];
    // Round by round: the two had the machine one right after the other.
    const is = median(ours.map((one, round) => costOf(one) / costOf(theirs[round])));
    return [{ what, is, atMost, unit: '', ...(aim !== undefined && { aim }) }];
  });
}

/** What issue 4 asks of ten thousand targets every ten seconds, scraped every five. */
function scaleBars(ours: readonly Observed[], { targets, everySeconds }: LoadOptions): readonly Bar[] {
  const worst = (of: (observed: Observed) => number) => Math.max(...ours.map(of));
  const middle = (of: (observed: Observed) => number) => median(ours.map(of));
  const figureOf = (of: (figures: NonNullable<Observed['own']>) => number) => (observed: Observed) =>
    observed.own ? of(observed.own) : Number.NaN;
  const wanted = (targets / everySeconds) * 0.99;
  return [
    { what: 'cores used', is: middle(({ cpuMs, seconds }) => cpuMs / seconds / 1_000), atMost: 1, unit: '' },
    {
      what: 'probes that were due and did not reach the target, per second',
      is: worst(({ probes, seconds }) => Math.max(0, wanted - probes / seconds)),
      atMost: 0,
      unit: '',
    },
    {
      what: 'p99 of how late a run starts',
      is: middle(figureOf(({ latenessP99Ms }) => latenessP99Ms)),
      atMost: 50,
      unit: ' ms',
    },
    { what: 'skipped runs', is: worst(figureOf(({ skipped }) => skipped)), atMost: 0, unit: '' },
    { what: 'runs that did not pass', is: worst(figureOf(({ failed }) => failed)), atMost: 0, unit: '' },
    {
      what: 'resident memory at its most',
      is: worst(({ memory }) => memory / 1e6),
      atMost: 400,
      aim: 296,
      unit: ' MB',
    },
    {
      what: 'longest stall of the event loop, scrapes included',
      is: middle(figureOf(({ longestStallMs }) => longestStallMs)),
      atMost: 50,
      unit: ' ms',
    },
    {
      what: 'longest scrape',
      is: middle(({ scrapes }) => Math.max(...scrapes.map(({ seconds }) => seconds))),
      atMost: 2,
      unit: ' s',
    },
  ];
}

/** Milliseconds of processor time per probe. */
function costOf(observed: Observed | undefined): number {
  return observed ? observed.cpuMs / observed.probes : Number.NaN;
}

function table(protocol: Protocol, results: ReadonlyMap<string, readonly Observed[]>): string {
  const head = [`${protocol}`, 'CPU per probe', 'probes/s', 'cores', 'memory', 'scrape', 'exposition', 'lines'];
  const rows = [...results].map(([name, observed]) => {
    const scrapes = observed.flatMap((one) => one.scrapes);
    const most = (of: (one: (typeof scrapes)[number]) => number) => Math.max(...scrapes.map(of));
    return [
      name,
      `${figure(median(observed.map(costOf)))} ms`,
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

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function sayObserved({ cpuMs, probes, seconds, own }: Observed): string {
  const cost = `${figure(cpuMs / probes)} ms per probe, ${figure(probes / seconds)} probes/s`;
  if (!own) return cost;
  const { latenessP99Ms, longestStallMs, skipped, failed } = own;
  return `${cost}, p99 late ${figure(latenessP99Ms)} ms, longest stall ${figure(longestStallMs)} ms, ${skipped} skipped, ${failed} not passed`;
}
