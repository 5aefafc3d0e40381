import { channelNames } from '../pager/single-channel.ts';
import { postResults } from './fast-path.ts';
import { logResults } from './log-queue/log-sender.ts';
import type { OwnMetrics } from './own-metrics.ts';

const places = [
  'prober',
  'prober_late',
  'schedule',
  'status',
  'reload',
  'log',
  'pager',
  'alert_path',
  'heartbeat',
  'diagnosis',
];

/** Counters whose labels are known begin at 0: a rule that looks at their increase must see the first one. */
export function setFirstValues(metrics: OwnMetrics, version: string): void {
  metrics.describe('watchpost_build_info', { version, node: process.version });
  for (const result of postResults) metrics.add('watchpost_fast_path_posts_total', 0, { result });
  for (const result of logResults) metrics.add('watchpost_log_records_total', 0, { result });
  for (const result of ['ok', 'failed']) metrics.add('watchpost_state_writes_total', 0, { result });
  for (const status of ['firing', 'resolved']) metrics.add('watchpost_receipts_total', 0, { status });
  for (const channel of channelNames) {
    for (const result of ['ok', 'failed']) metrics.add('watchpost_notifications_total', 0, { channel, result });
  }
  for (const place of places) metrics.add('watchpost_internal_errors_total', 0, { place });
}
