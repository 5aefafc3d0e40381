import type { PathSource } from '../stack/alert-path.ts';
import { DirectPager } from './export/direct.ts';
import { type Failing, FastPath, type PostResult } from './export/fast-path.ts';
import type { Journal } from './export/journal.ts';
import type { OwnMetrics } from './export/own-metrics.ts';
import type { Clock, Plan, Transition } from './model.ts';
import { createPager, type Delivery, type Page } from './pager/index.ts';
import { AlertPath } from './path/alert-path.ts';
import { LogNonce } from './path/log-nonce.ts';
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

  constructor(options: PagingOptions) {
    this.#options = options;
    this.#fastPath = this.#startFastPath();
    this.#direct = this.#startDirect();
    const sources = awaitedSources(options);
    if (sources.length > 0) this.#path = new AlertPath({ ...options, sources });
    if (this.#path && sources.includes('loki')) this.#logNonce = new LogNonce({ ...options, path: this.#path });
  }

  changed(transition: Transition): void {
    if (transition.to === 'down') this.#fastPath?.changed();
    this.#direct?.changed(transition);
  }

  /** The configuration is a new one. */
  configured(): void {
    this.#fastPath?.changed();
    this.#direct?.configured();
  }

  /** The metrics are about to be read. */
  scraped(): void {
    this.#path?.show();
  }

  /** The Watchdog alert may have come back. */
  watchdog(notification: Notification): void {
    this.#path?.returned(notification);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#logNonce?.[Symbol.dispose]();
    await Promise.all([this.#fastPath, this.#direct].map((part) => part?.[Symbol.asyncDispose]()));
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
