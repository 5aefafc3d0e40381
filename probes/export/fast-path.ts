import { Agent, request } from 'undici';
import { probeDownAnnotations, probeDownLabels } from '../../stack/alert.ts';
import { ancestors, type Dependencies, dependents } from '../../stack/dependencies.ts';
import { manyServices } from '../../stack/many-services.ts';
import type { Clock, Outcome, Plan, PlannedProbe } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import { failureOf } from './failure-of.ts';

/** How often an alert is posted again while it lasts. */
const repeatMs = 10_000;
/** How far ahead `endsAt` lies: what remains of a page when this service dies and no Prometheus is there. */
const endsAheadMs = 60_000;
/** After a post that failed. */
const retryMs = 1_000;
const postTimeoutMs = 5_000;
const batchSize = 100;
/** From the post of what mutes others to theirs. */
const muteMs = 150;
/** What is due this soon is posted along, so that alerts which began apart come to share their posts. */
const togetherMs = 1_000;

export const postResults = ['ok', 'refused', 'timeout', 'unreachable'] as const;
export type PostResult = (typeof postResults)[number];

/** A probe that is down. */
export interface Failing {
  readonly probe: PlannedProbe;
  readonly since: number;
  readonly outcome: Outcome;
}

export interface FastPathOptions {
  /** Base URL of Alertmanager. */
  readonly url: string;
  readonly clock: Clock;
  /** The probes that are down at this moment. */
  readonly down: () => readonly Failing[];
  readonly plan: () => Plan;
  /** After each post; `detail` says what a failed one came to. */
  readonly posted: (result: PostResult, alerts: readonly Failing[], detail: string) => void;
}

/** When an alert was last taken by Alertmanager, and for which failure. */
interface Posted {
  readonly since: number;
  readonly atMs: number;
}

/**
 * Posts to Alertmanager what is down: at once when it goes down, and again every 10 s. What is posted is always what is
 * down at that moment, so that a recovery ends the posts by itself and no retry brings an old one back. It never posts
 * a resolve: the rule in Prometheus resolves, or `endsAt` does.
 */
export class FastPath implements AsyncDisposable {
  readonly #options: FastPathOptions;
  /** No connection is kept: after 10 s it may be a dead one, and then the first page would be lost on it. */
  readonly #agent = new Agent({ pipelining: 0, connect: { timeout: postTimeoutMs } });
  readonly #stop = new AbortController();
  readonly #posted = new ProbeMap<Posted>();
  #timer: Disposable | undefined;
  #posting: Promise<void> | undefined;
  #changed = false;

  constructor(options: FastPathOptions) {
    this.#options = options;
  }

  /** Something went down, or the configuration is a new one. What changes before the event loop turns is posted together. */
  changed(): void {
    this.#changed = true;
    if (!this.#posting) this.#arm(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#timer?.[Symbol.dispose]();
    await this.#posting;
    await this.#agent.destroy();
  }

  #arm(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#posting = this.#round();
    });
  }

  async #round(): Promise<void> {
    this.#changed = false;
    const ok = await this.#post();
    this.#posting = undefined;
    if (this.#changed) {
      this.#arm(0);
      return;
    }
    const waits = this.#options.down().map((failing) => this.#dueInMs(failing));
    if (waits.length > 0) this.#arm(ok ? Math.max(0, Math.min(...waits)) : retryMs);
  }

  /** Everything that is due, a batch at a time. Stops at the first failure: children never overtake parents. */
  async #post(): Promise<boolean> {
    while (!this.#stop.signal.aborted) {
      const { due, sources } = this.#due();
      if (due.length === 0) return true;
      // What mutes others is told by itself, and a moment before them: Alertmanager's parts hear of an alert one after the other.
      const first = sources.length > 0 ? sources : due;
      const batch = parentsFirst(first, this.#options.plan().dependencies).slice(0, batchSize);
      const atMs = this.#options.clock.monotonic();
      const { result, detail } = await this.#send(batch);
      if (this.#stop.signal.aborted) return false;
      this.#options.posted(result, batch, detail);
      if (result !== 'ok') return false;
      for (const { probe, since } of batch) this.#posted.set(probe, { since, atMs });
      if (sources.length > 0) await this.#pause(muteMs);
    }
    return false;
  }

  /**
   * What must be posted now, with what mutes it: posted along, that never ends before those behind it. `sources` are those of
   * them that mute another one and that Alertmanager does not know yet.
   */
  #due(): { readonly due: readonly Failing[]; readonly sources: readonly Failing[] } {
    const { down, plan, clock } = this.#options;
    const all = down();
    const due = new Set(all.filter((failing) => this.#dueInMs(failing) <= togetherMs));
    if (due.size === 0) return { due: [], sources: [] };
    const { dependencies } = plan();
    const services = new Set([...due].map(({ probe }) => probe.service));
    const above = new Set([...services].flatMap((service) => ancestors(dependencies, service)));
    if ([...services].some((service) => service !== manyServices.service)) above.add(manyServices.service);
    const muting = all.filter(({ probe: { service } }) => above.has(service));
    const sources = muting.filter((failing) => this.#posted.get(failing.probe)?.since !== failing.since);
    // One that was posted in this very round is not posted again: the round would have no end.
    const nowMs = clock.monotonic();
    for (const failing of muting)
      if ((this.#posted.get(failing.probe)?.atMs ?? 0) < nowMs - togetherMs) due.add(failing);
    return { due: [...due], sources };
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = this.#options.clock.after(ms, resolve);
    const onStop = () => resolve();
    this.#stop.signal.addEventListener('abort', onStop, { once: true });
    await promise.finally(() => this.#stop.signal.removeEventListener('abort', onStop));
  }

  /** Until the alert must be posted; not above 0 for one that Alertmanager has not taken yet. */
  #dueInMs({ probe, since }: Failing): number {
    const posted = this.#posted.get(probe);
    if (posted?.since !== since) return 0;
    return posted.atMs + repeatMs - this.#options.clock.monotonic();
  }

  async #send(batch: readonly Failing[]): Promise<{ result: PostResult; detail: string }> {
    const { url, clock, plan } = this.#options;
    const deadline = new AbortController();
    using _timer = clock.after(postTimeoutMs, () => deadline.abort());
    const onStop = () => deadline.abort();
    this.#stop.signal.addEventListener('abort', onStop, { once: true });
    try {
      const { statusCode, body } = await request(`${url.replace(/\/+$/, '')}/api/v2/alerts`, {
        method: 'POST',
        dispatcher: this.#agent,
        signal: deadline.signal,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(batch.map((failing) => alertOf(failing, plan(), clock.now()))),
      });
      const answer = (await body.text()).slice(0, 200);
      if (statusCode >= 200 && statusCode < 300) return { result: 'ok', detail: '' };
      return { result: 'refused', detail: `status ${statusCode}: ${answer}` };
    } catch (error) {
      if (deadline.signal.aborted) return { result: 'timeout', detail: `no answer within ${postTimeoutMs} ms` };
      return { result: 'unreachable', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#stop.signal.removeEventListener('abort', onStop);
    }
  }
}

/** One alert as Alertmanager's API takes it. */
export function alertOf({ probe, since, outcome }: Failing, plan: Plan, now: number) {
  const { stack, environment, urls, dependencies } = plan;
  return {
    labels: probeDownLabels({ ...probe, stack, environment }),
    annotations: probeDownAnnotations(probe, failureOf(outcome), dependents(dependencies, probe.service), urls),
    // It may have begun while the clock was ahead: Alertmanager refuses an alert that ends before it starts.
    startsAt: new Date(Math.min(since, now)).toISOString(),
    endsAt: new Date(now + endsAheadMs).toISOString(),
    generatorURL: `${urls.watchpost}/debug/${probe.service}/${probe.probe}`,
  };
}

/** What nothing depends on comes last: with every service stand those that it depends on before it. */
export function parentsFirst(failing: readonly Failing[], dependencies: Dependencies): readonly Failing[] {
  const depth = new Map(
    failing.map(({ probe: { service } }) => {
      // That many are down stands before each of them.
      const isMany = service === manyServices.service;
      return [service, isMany ? -1 : ancestors(dependencies, service).length] as const;
    }),
  );
  return failing.toSorted((a, b) => (depth.get(a.probe.service) ?? 0) - (depth.get(b.probe.service) ?? 0));
}
