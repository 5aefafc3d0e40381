import { metricsRetention } from '../../stack/arguments.ts';
import { foreignNames } from '../../stack/catalogue/index.ts';
import { parseDuration } from '../../stack/duration.ts';
import { metrics } from '../../stack/metrics.ts';
import { scrapeIntervalMs } from '../../stack/parts.ts';
import { furtherSeries, knownSeries } from '../../stack/promql.ts';
import type { CheckContext } from './check.ts';

/** For rules of this stack: each series that they name must be one of the catalogue, of ours, or recorded. */
export const ownContext: Omit<CheckContext, 'all'> = {
  known: knownSeries,
  mayBeUnknown: () => false,
  names: [...Object.keys(metrics), ...Object.keys(furtherSeries), ...foreignNames],
  scrapeIntervalMs,
  retentionMs: parseDuration(metricsRetention) ?? 0,
  annotations: ['summary', 'description', 'action', 'runbook_url', 'dashboard_url', 'logs_url', 'silence_url'],
};
