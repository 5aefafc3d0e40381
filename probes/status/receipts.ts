import type { Log } from '../export/log.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock, Plan } from '../model.ts';
import { type Notification, sayNotification } from './webhook.ts';

/** Between two hints on where pages could go instead. */
const hintAfterMs = 3_600_000;

/** Takes the notifications that Alertmanager delivers here where no real channel is set up, and logs them. */
export class Receipts {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: OwnMetrics;
  readonly #plan: () => Plan;
  #hintedMs = Number.NEGATIVE_INFINITY;

  constructor(options: { clock: Clock; log: Log; metrics: OwnMetrics; plan: () => Plan }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#plan = options.plan;
  }

  take(notification: Notification): void {
    this.#metrics.add('watchpost_receipts_total', 1, { status: notification.status });
    const lines = sayNotification(notification);
    for (const [i, { labels, status }] of notification.alerts.entries()) {
      const { service, probe, target } = labels;
      this.#log.record({
        event: 'receipt',
        level: status === 'firing' ? 'warn' : 'info',
        message: lines[i] ?? '',
        fields: { ...(service && { service }), ...(probe && { probe }), ...(target && { target }) },
      });
    }
    this.#hint();
  }

  #hint(): void {
    const { slack } = this.#plan().notify.default;
    const nowMs = this.#clock.monotonic();
    if (slack || nowMs - this.#hintedMs < hintAfterMs) return;
    this.#hintedMs = nowMs;
    this.#log.record({
      event: 'receipt',
      level: 'info',
      message:
        'this page went to no Slack channel. To connect one: notify.slack.webhook_url_file (and notify.email for a mail relay) in watchpost.yaml, then ./watchpost reload',
    });
  }
}
