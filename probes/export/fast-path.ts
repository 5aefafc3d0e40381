import { Agent, request } from 'undici';
import { probeDownAnnotations, probeDownLabels } from '../../stack/alert.ts';
import { ancestors, type Dependencies, dependents } from '../../stack/dependencies.ts';
import type { Clock, Outcome, Plan, PlannedProbe } from '../model.ts';

/** How often an alert is posted again while it lasts. */
export const repeatMs = 10_000;
/** How far ahead `endsAt` lies: what remains of a page when this service dies and no Prometheus is there. */
export const endsAheadMs = 60_000;
/** After a post that failed. */
const retryMs = 1_000;
const postTimeoutMs = 5_000;
const batchSize = 100;

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

/**
 * Posts to Alertmanager what is down: at once when it changes, and again every 10 s. What is posted is always what is
 * down at that moment, so that a recovery ends the posts by itself and no retry brings an old one back. It never posts
 * a resolve: the rule in Prometheus resolves, or `endsAt` does.
 */
export class FastPath implements AsyncDisposable {
  readonly #options: FastPathOptions;
  /** No connection is kept: after 10 s it may be a dead one, and then the first page would be lost on it. */
  readonly #agent = new Agent({ pipelining: 0, connect: { timeout: postTimeoutMs } });
  readonly #stop = new AbortController();
  #timer: Disposable | undefined;
  #posting: Promise<void> | undefined;
  #changed = false;

  constructor(options: FastPathOptions) {
    this.#options = options;
  }

  /** Something went down. All that goes down before the event loop turns is posted together, parents first. */
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
    const startedMs = this.#options.clock.monotonic();
    const ok = await this.#post();
    this.#posting = undefined;
    if (this.#changed) {
      this.#arm(0);
    } else if (this.#options.down().length > 0) {
      const nextMs = ok ? startedMs + repeatMs - this.#options.clock.monotonic() : retryMs;
      this.#arm(Math.max(0, nextMs));
    }
  }

  /** Everything that is down, a batch at a time. Stops at the first failure: children never overtake parents. */
  async #post(): Promise<boolean> {
    const failing = parentsFirst(this.#options.down(), this.#options.plan().dependencies);
    for (let from = 0; from < failing.length && !this.#stop.signal.aborted; from += batchSize) {
      const stillDown = new Set(this.#options.down().map(({ probe }) => probe));
      const batch = failing.slice(from, from + batchSize).filter(({ probe }) => stillDown.has(probe));
      if (batch.length === 0) continue;
      const { result, detail } = await this.#send(batch);
      if (this.#stop.signal.aborted) return false;
      this.#options.posted(result, batch, detail);
      if (result !== 'ok') return false;
    }
    return true;
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
    annotations: probeDownAnnotations(probe, outcome, dependents(dependencies, probe.service), urls),
    startsAt: new Date(since).toISOString(),
    endsAt: new Date(now + endsAheadMs).toISOString(),
    generatorURL: `${urls.watchpost}/debug/${probe.service}/${probe.probe}`,
  };
}

/** What nothing depends on comes last: with every service stand those that it depends on before it. */
export function parentsFirst(failing: readonly Failing[], dependencies: Dependencies): readonly Failing[] {
  const depth = new Map(
    failing.map(({ probe }) => [probe.service, ancestors(dependencies, probe.service).length] as const),
  );
  return failing.toSorted((a, b) => (depth.get(a.probe.service) ?? 0) - (depth.get(b.probe.service) ?? 0));
}
