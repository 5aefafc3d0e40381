import { randomInt } from 'node:crypto';
import { type PathSource, watchdog } from '../../stack/alert-path.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock } from '../model.ts';
import type { Notification } from '../status/webhook.ts';

/** How long a nonce is shown before another one takes its place. */
const renewMs = 5_000;
/** A nonce that comes back later proves nothing any more. */
const validMs = 5 * 60_000;
/** Exactly a number to Prometheus, which knows no integers. */
const highestNonce = 2 ** 48 - 1;

/** Who fires the Watchdog alert that this service posts itself: it travels through Alertmanager alone. */
export const ownSource = 'watchpost';
type Source = PathSource | typeof ownSource;

/** One way of an alert back to here, by who fires it. Monotonic milliseconds. */
interface Return {
  /** When its nonce was first shown. */
  readonly shownMs: number;
  readonly atMs: number;
}

/**
 * What is known of the way from Prometheus, or from Loki's ruler, through Alertmanager to here. The Watchdog alert carries a number
 * back that stood in our metrics, or in a log record of ours; only a number that is newer than the one before counts, so that neither an alert that Alertmanager repeats by
 * itself nor one that another process asked for reads as a path that works.
 */
export class AlertPath {
  readonly #clock: Clock;
  readonly #metrics: OwnMetrics;
  readonly #sources: readonly PathSource[];
  /** When each nonce was first shown, monotonic; in that order. */
  readonly #shown = new Map<number, number>();
  readonly #returns = new Map<Source, Return>();
  #awaitedMs: number;
  /** When the nonce in the metrics was made, monotonic. */
  #renewedMs = Number.NEGATIVE_INFINITY;

  /** @param options.sources whose Watchdog alert is awaited */
  constructor(options: {
    readonly clock: Clock;
    readonly metrics: OwnMetrics;
    readonly sources: readonly PathSource[];
  }) {
    const { clock, metrics, sources } = options;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#sources = sources;
    this.#awaitedMs = clock.monotonic();
    for (const source of sources) {
      metrics.set('watchpost_alert_path_awaited_since_timestamp_seconds', clock.now() / 1_000, { source });
    }
  }

  /** Before the metrics are read. */
  show(): void {
    if (!this.#sources.includes('prometheus')) return;
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#renewedMs < renewMs) return;
    this.#renewedMs = nowMs;
    this.#metrics.set('watchpost_alert_path_nonce', this.newNonce());
  }

  /** A nonce that is shown from now on, elsewhere than in the metrics. */
  newNonce(): number {
    const nowMs = this.#clock.monotonic();
    for (const [nonce, shownMs] of this.#shown) if (nowMs - shownMs > validMs) this.#shown.delete(nonce);
    const nonce = randomInt(1, highestNonce);
    this.#shown.set(nonce, nowMs);
    return nonce;
  }

  /** What Alertmanager's webhook brought: of which sources it proves that their alerts get through. */
  returned({ alerts }: Notification): readonly Source[] {
    const proven: Source[] = [];
    for (const { status, labels, annotations } of alerts) {
      const source = [...this.#sources, ownSource as Source].find((known) => known === labels.source);
      const shownMs = this.shownAt(annotations.nonce);
      if (status !== 'firing' || labels.alertname !== watchdog || source === undefined || shownMs === undefined)
        continue;
      if (shownMs <= (this.#returns.get(source)?.shownMs ?? Number.NEGATIVE_INFINITY)) continue;
      const atMs = this.#clock.monotonic();
      this.#returns.set(source, { shownMs, atMs });
      proven.push(source);
      if (source === ownSource) continue;
      this.#metrics.set('watchpost_alert_path_last_success_timestamp_seconds', this.#clock.now() / 1_000, { source });
      this.#metrics.set('watchpost_alert_path_seconds', (atMs - shownMs) / 1_000, { source });
    }
    return proven;
  }

  /** When a nonce was first shown, monotonic; undefined where it is none of ours, or too old. */
  shownAt(nonce: string | undefined): number | undefined {
    const shownMs = this.#shown.get(Number(nonce));
    return shownMs !== undefined && this.#clock.monotonic() - shownMs <= validMs ? shownMs : undefined;
  }

  /** The last way that worked; undefined where none has since the start. */
  last(source: Source): Return | undefined {
    return this.#returns.get(source);
  }

  /** For how long nothing has come back, since the start or since `excuse` at most. */
  silentMs(source: PathSource): number {
    return this.#clock.monotonic() - Math.max(this.#awaitedMs, this.#returns.get(source)?.atMs ?? 0);
  }

  /** This process stood still: what did not come back meanwhile is not the path's fault. */
  excuse(): void {
    this.#awaitedMs = this.#clock.monotonic();
  }
}
