import { ancestors, type Dependencies } from '../../stack/dependencies.ts';
import { fewestServices as fewest, manyServices } from '../../stack/many-services.ts';
import type { Clock, Outcome, PlannedProbe } from '../model.ts';

/** Fails this close together have one cause. */
const togetherMs = 5_000;
/** Once half of them are up again, so long is waited for the others to follow. */
const followMs = 60_000;
/** So many are asked at once, this long apart: there may be thousands. */
const askedAtOnce = 32;
const askPauseMs = 20;
/** Not again before: who was asked has answered by then, or is slow to. */
const askAgainMs = 5_000;
/** Of so many names a page is still a page. */
const mostNamed = 8;

interface OutageOptions {
  readonly clock: Clock;
  /** Asks for a run of a probe, no older than `notBeforeMs` (monotonic). */
  readonly ask: (probe: PlannedProbe, notBeforeMs: number) => void;
  /** The services that are down as the runs say, told or not. */
  readonly downServices: () => ReadonlySet<string>;
  /** Many services are down at once (`fail`), or no longer (`pass`). `since`: Unix milliseconds. */
  readonly changed: (outcome: Outcome, since: number) => void;
}

/**
 * Sees that many services fail at once: then it is the host or its network, and one page says so for all of them. When the
 * first two fail within seconds, one probe of each other service is asked, so that it is known before the first page.
 */
export class Outage implements Disposable {
  readonly #options: OutageOptions;
  /** The services of which a probe fails: which ones, and when the first of them was seen to, monotonic. */
  readonly #failing = new Map<string, { readonly probes: Set<string>; readonly failedMs: number }>();
  #dependencies: Dependencies = new Map();
  /** One probe of each service, to ask. */
  #voices: ReadonlyMap<string, PlannedProbe> = new Map();
  /** Who was asked and has not answered. */
  readonly #asked = new Set<string>();
  #askedMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;
  #isDown = false;
  /** Since when half of them are up again, monotonic. */
  #betterMs: number | undefined;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** Takes on a new configuration. `isDown`: the world was told so before. */
  configure(probes: readonly PlannedProbe[], dependencies: Dependencies, isDown: boolean): void {
    this.#dependencies = dependencies;
    const dialling = probes.filter(({ endpoints }) => endpoints.length > 0);
    this.#voices = new Map(dialling.map((probe) => [probe.service, probe]));
    this.#isDown = isDown;
    // What fails will be seen to again; who is gone must not be waited for.
    this.#failing.clear();
    this.#asked.clear();
  }

  /** The first attempt of a run failed. */
  failing(probe: PlannedProbe): void {
    if (probe.endpoints.length === 0) return;
    const nowMs = this.#options.clock.monotonic();
    this.#asked.delete(probe.service);
    const known = this.#failing.get(probe.service);
    known?.probes.add(probe.probe);
    if (known) return;
    this.#failing.set(probe.service, { probes: new Set([probe.probe]), failedMs: nowMs });
    if (this.#failing.size >= 2) this.#askOthers(nowMs);
  }

  /** A run ended. What is inconclusive is an answer too: it says that nothing is known. */
  ended({ task, outcome }: { readonly task: PlannedProbe; readonly outcome: Outcome }): void {
    const failing = outcome.verdict === 'pass' ? this.#failing.get(task.service) : undefined;
    failing?.probes.delete(task.probe);
    if (failing?.probes.size === 0) this.#failing.delete(task.service);
    this.#asked.delete(task.service);
  }

  /** Whether it is not known yet if a fail is that of many: worth a moment's wait. */
  get isOpen(): boolean {
    return !this.#isDown && this.#asked.size > 0 && this.#voices.size >= fewest;
  }

  /** Looks whether many are down: called when one is about to be told of. */
  lookForBegin(): void {
    if (!this.#isDown && this.#isTime(100)) this.#begin();
  }

  /** Looks whether they still are: called when one has passed. */
  lookForEnd(): void {
    if (this.#isDown && this.#isTime(1_000)) this.#end();
  }

  /** Where there are few services it always is; to look at thousands for each of thousands would take seconds. */
  #isTime(everyMs: number): boolean {
    const nowMs = this.#options.clock.monotonic();
    if (this.#voices.size > 100 && nowMs - this.#lookedMs < everyMs) return false;
    this.#lookedMs = nowMs;
    return true;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #begin(): void {
    const { clock, changed } = this.#options;
    const together = this.#together();
    const all = this.#voices.size;
    if (together.length < fewest || together.length * 2 <= all) return;
    this.#isDown = true;
    this.#betterMs = undefined;
    const first = Math.min(...together.map(({ failedMs }) => failedMs));
    const names = together.map(({ service }) => service).sort();
    const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
    const found = `${names.length} of ${all} services failing at once: ${names.slice(0, mostNamed).join(', ')}${more}`;
    changed(outcome('fail', found), clock.now() - (clock.monotonic() - first));
  }

  #end(): void {
    const { clock, downServices, changed } = this.#options;
    const down = [...downServices()].filter((service) => this.#voices.has(service)).length;
    const nowMs = clock.monotonic();
    if (down * 2 > this.#voices.size) {
      this.#betterMs = undefined;
      return;
    }
    this.#betterMs ??= nowMs;
    if (down > 0 && nowMs - this.#betterMs < followMs) return;
    this.#isDown = false;
    this.#betterMs = undefined;
    changed(outcome('pass', ''), clock.now());
  }

  /** The services that began to fail with the one that did last. One that depends on another that fails has its own reason. */
  #together(): readonly { readonly service: string; readonly failedMs: number }[] {
    const all = [...this.#failing]
      .map(([service, { failedMs }]) => ({ service, failedMs }))
      .filter(({ service }) => !ancestors(this.#dependencies, service).some((parent) => this.#failing.has(parent)));
    const last = all.reduce((latest, { failedMs }) => Math.max(latest, failedMs), Number.NEGATIVE_INFINITY);
    return all.filter(({ failedMs }) => last - failedMs <= togetherMs);
  }

  #askOthers(nowMs: number): void {
    if (this.#isDown || this.#voices.size < fewest || nowMs - this.#askedMs < askAgainMs) return;
    const failing = new Set(this.#together().map(({ service }) => service));
    if (failing.size < 2) return;
    this.#askedMs = nowMs;
    const others = [...this.#voices.values()].filter(({ service }) => !failing.has(service));
    for (const { service } of others) this.#asked.add(service);
    this.#ask(others, nowMs);
  }

  #ask(others: readonly PlannedProbe[], notBeforeMs: number): void {
    for (const probe of others.slice(0, askedAtOnce)) this.#options.ask(probe, notBeforeMs);
    const rest = others.slice(askedAtOnce);
    if (rest.length > 0) this.#timer = this.#options.clock.after(askPauseMs, () => this.#ask(rest, notBeforeMs));
  }
}

function outcome(verdict: 'fail' | 'pass', found: string): Outcome {
  const isFail = verdict === 'fail';
  return {
    verdict,
    reason: isFail ? 'many_services' : 'ok',
    found,
    expected: isFail ? 'most of them up' : '',
    durationMs: 0,
    samples: [],
    steps: [],
  };
}

/** What stands for all services where alerts, series and the state name a probe: never run, and none where there are few. */
export function outageProbes(probes: readonly PlannedProbe[]): readonly PlannedProbe[] {
  const dialling = probes.filter(({ endpoints }) => endpoints.length > 0);
  if (new Set(dialling.map(({ service }) => service)).size < fewest) return [];
  return [outageProbe(dialling.some(({ byQuorum }) => byQuorum))];
}

function outageProbe(byQuorum: boolean): PlannedProbe {
  return {
    ...manyServices,
    kind: 'outage',
    endpoints: [],
    everyMs: 60_000,
    timeoutMs: 1_000,
    confirm: 0,
    recover: 1,
    labels: {},
    fingerprint: '',
    run: async () => outcome('pass', ''),
    variants: [],
    byQuorum,
    awaitsBeats: false,
  };
}
