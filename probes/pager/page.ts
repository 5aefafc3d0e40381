import type { Annotations } from '../../stack/alert.ts';

/** One alert as the direct pager is given it. */
export interface Page {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Annotations;
  /** Unix milliseconds. */
  readonly startsAt: number;
  /** Unix milliseconds; of a resolved page. */
  readonly endsAt?: number;
  /** A further line, for what only the direct pager knows: why it speaks and not Alertmanager. */
  readonly note?: string;
}

/** What became of a page on one channel. */
export interface Delivery {
  readonly channel: 'slack' | 'email';
  readonly ok: boolean;
  /** For people, one line; never holds a secret. */
  readonly detail: string;
  readonly durationMs: number;
}
