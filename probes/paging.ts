import type { PathSource } from '../stack/alert-path.ts';
import { DirectPager } from './export/direct.ts';
import { type Failing, FastPath, type PostResult } from './export/fast-path.ts';
import type { Journal } from './export/journal.ts';
import type { OwnMetrics } from './export/own-metrics.ts';
import type { Clock, Plan, Transition } from './model.ts';
import { createPager, type Delivery, type Page } from './pager/index.ts';
import { channelNames } from './pager/single-channel.ts';
import { AlertPath } from './path/alert-path.ts';
import { Asker } from './path/ask.ts';
import { Fallback } from './path/fallback.ts';
import { LogNonce } from './path/log-nonce.ts';
import { PathWatch } from './path/path-watch.ts';
import { type Break, stageNames } from './path/stages.ts';
import { KeptPages } from './state/kept-pages.ts';
import type { StateStore } from './state/store/store.ts';
import type { Notification } from './status/webhook.ts';

export interface PagingOptions {
  readonly clock: Clock;
  /** Base URLs. Without Alertmanager's nothing is posted; no Watchdog alert is awaited of whom is not given. */
  readonly alertmanager?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly loki?: string | undefined;
  /** Pages and resolves are sent from here: there is no Alertmanager. */
  readonly direct: boolean;
  readonly plan: () => Plan;
  readonly down: () => readonly Failing[];
  readonly store: StateStore | undefined;
  readonly metrics: OwnMetrics;
  readonly journal: Journal;
  readonly internal: (place: string, error: unknown) => void;
}

/** Every way by which this service tells the world that a probe is down. */
export class Paging implements AsyncDisposable {
  readonly #options: PagingOptions;
  readonly #fastPath: FastPath | undefined;
  readonly #direct: DirectPager | undefined;
  readonly #path: AlertPath | undefined;
  readonly #logNonce: LogNonce | undefined;
  readonly #asker: Asker | undefined;
  readonly #watch: PathWatch | undefined;
  readonly #fallback: Fallback | undefined;

  constructor(options: PagingOptions) {
    this.#options = options;
    const { alertmanager, direct, clock } = options;
    this.#fastPath = this.#startFastPath();
    this.#direct = this.#startDirect();
    const sources = awaitedSources(options);
    if (sources.length > 0) this.#path = new AlertPath({ ...options, sources });
    if (this.#path && sources.includes('loki')) this.#logNonce = new LogNonce({ ...options, path: this.#path });
    // Where pages are sent from here anyway there is nothing to fall back from.
    if (alertmanager === undefined || direct) return;
    this.#asker = new Asker(clock);
    this.#watch = this.#startWatch(this.#asker, alertmanager);
    this.#fallback = this.#startFallback(this.#watch);
    this.#broke(undefined);
  }

  changed(transition: Transition): void {
    if (transition.to === 'down') this.#fastPath?.changed();
    this.#direct?.changed(transition);
    this.#fallback?.changed(transition);
  }

  /** The configuration is a new one. */
  configured(): void {
    this.#fastPath?.changed();
    this.#direct?.configured();
    const resumed = this.#fallback?.configured();
    if (resumed === undefined) return;
    this.#watch?.resume(resumed);
    this.#broke(resumed);
  }

  /** The metrics are about to be read. */
  scraped(): void {
    this.#path?.show();
    for (const channel of this.#fallback ? channelNames : []) {
      this.#options.metrics.set('watchpost_fallback_waiting_messages', this.#fallback?.waiting(channel) ?? 0, {
        channel,
      });
    }
  }

  /** The Watchdog alert may have come back. */
  watchdog(notification: Notification): void {
    const proven = this.#path?.returned(notification) ?? [];
    if (proven.length === 0) return;
    this.#watch?.returned();
    this.#fallback?.proved(proven.includes('prometheus'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#logNonce?.[Symbol.dispose]();
    const parts = [this.#fastPath, this.#direct, this.#watch, this.#fallback, this.#asker];
    await Promise.all(parts.map((part) => part?.[Symbol.asyncDispose]()));
  }

  #startFastPath(): FastPath | undefined {
    const { alertmanager: url, clock, plan, down } = this.#options;
    if (url === undefined) return undefined;
    return new FastPath({
      ...{ url, clock, plan },
      down: () => down().filter(({ probe }) => !probe.byQuorum),
      posted: (result, alerts, detail) => this.#posted(result, alerts, detail),
    });
  }

  #startWatch(asker: Asker, alertmanager: string): PathWatch {
    const { clock, prometheus, plan, internal } = this.#options;
    return new PathWatch({
      ...{ clock, asker, alertmanager, prometheus, plan },
      // Its judgement begins with what does not come back by Prometheus.
      path: prometheus === undefined ? undefined : this.#path,
      changed: (now) => {
        this.#broke(now);
        this.#options.journal.pathChanged(now);
        this.#fallback?.pathChanged(now);
      },
      internal: (error) => internal('alert_path', error),
    });
  }

  #startFallback(watch: PathWatch): Fallback {
    const { clock, plan, down, store, journal, internal } = this.#options;
    return new Fallback({
      ...{ clock, plan, down },
      pager: (channels) => createPager({ channels, clock }),
      kept: store && new KeptPages(store),
      broken: () => watch.broken,
      failsOn: (channel) => watch.failsOn(channel),
      isTroubled: (channel) => watch.isTroubled(channel),
      hasProof: this.#path !== undefined,
      delivered: (delivery, page) => this.#delivered(delivery, page),
      undeliverable: (page) => journal.undeliverable(page),
      internal: (error) => internal('pager', error),
    });
  }

  #broke(now: Break | undefined): void {
    for (const stage of stageNames) {
      this.#options.metrics.set('watchpost_fallback_active', now?.stage === stage ? 1 : 0, { stage });
    }
  }

  #startDirect(): DirectPager | undefined {
    const { clock, plan, down, store, direct, journal, internal } = this.#options;
    if (!direct) return undefined;
    return new DirectPager({
      ...{ clock, plan, down },
      pager: (channels) => createPager({ channels, clock }),
      kept: store && new KeptPages(store),
      delivered: (delivery, page) => this.#delivered(delivery, page),
      undeliverable: (page) => journal.undeliverable(page),
      internal: (error) => internal('pager', error),
    });
  }

  #posted(result: PostResult, alerts: readonly Failing[], detail: string): void {
    this.#options.metrics.add('watchpost_fast_path_posts_total', 1, { result });
    this.#options.journal.posted(result === 'ok', alerts.length, detail);
    this.#watch?.posted(result, detail);
    if (result === 'ok') this.#fallback?.taken(alerts);
  }

  #delivered(delivery: Delivery, page: Page): void {
    const { channel, ok } = delivery;
    this.#options.metrics.add('watchpost_notifications_total', 1, { channel, result: ok ? 'ok' : 'failed' });
    this.#options.journal.delivered(delivery, page);
  }
}

function awaitedSources({ alertmanager, prometheus, loki }: PagingOptions): readonly PathSource[] {
  if (alertmanager === undefined) return [];
  return [
    ...(prometheus === undefined ? [] : ['prometheus' as const]),
    ...(loki === undefined ? [] : ['loki' as const]),
  ];
}
