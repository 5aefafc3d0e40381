import { alertLinks } from '../../stack/alert.ts';
import { type PathSource, receiptStale, silentAfterMs } from '../../stack/alert-path.ts';
import { defaultTeam, type Severity } from '../../stack/labels.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const last = aggregate('max', ['source'], select('watchpost_alert_path_last_success_timestamp_seconds'));
const awaited = aggregate('max', ['source'], select('watchpost_alert_path_awaited_since_timestamp_seconds'));

/** Pages go by Prometheus. What goes by Loki alone is warnings about logs. */
const severities = { prometheus: 'critical', loki: 'warning' } as const satisfies Record<PathSource, Severity>;

/**
 * The Watchdog alert does not come back. Where this one arrives Alertmanager still delivers: what is broken is the way to the
 * probe service, or the rules of another source. Where it cannot, the probe service says the same by itself.
 */
export const endToEndReceiptStaleRule = defineRule({
  alert: receiptStale,
  expr: Object.entries(severities).reduce(
    (expr, [source, severity]) => `label_replace(${expr}, "severity", "${severity}", "source", "${source}")`,
    `time() - (${last} or ${awaited}) > ${silentAfterMs / 1_000}`,
  ),
  forMs: 30_000,
  holdsAfterMs: {
    of: () =>
      Object.values(severities).map((severity) => {
        return { team: defaultTeam, severity, typicalMs: silentAfterMs, worstMs: silentAfterMs };
      }),
  },
  criticalBecause: 'monitoring-blind',
  category: 'meta',
  team: 'default',
  templates: () => ({ source: labelValue('source'), lasted: '{{ $value | humanizeDuration }}' }),
  annotations: ({ source, lasted }, { urls }) => ({
    summary: `The path of alerts from ${source} is silent: its Watchdog alert does not come back`,
    description: `The one that ${source} fires came back last ${lasted} ago, or never since the probe service started. Other alerts may get lost on the same way.`,
    action: `Open the runbook. What the probe service says of the path: ${urls.watchpost}/metrics (watchpost_alert_path)`,
    ...alertLinks(urls, { alertname: receiptStale }),
  }),
  fires: () => [
    {
      name: 'a Watchdog alert that came back once and no more fires',
      series: { [series('awaited_since')]: '0x60', [series('last_success')]: '5 5 5x60' },
      trueFromMs: 190_000,
      labels: { source: 'prometheus', severity: 'critical' },
      words: { source: 'prometheus', lasted: '3m 35s' },
    },
    {
      name: 'one that never came back fires too',
      series: { [series('awaited_since')]: '0x60' },
      trueFromMs: 185_000,
      labels: { source: 'prometheus', severity: 'critical' },
      words: { source: 'prometheus', lasted: '3m 35s' },
    },
    {
      name: 'that of the logs is judged apart, and is no page at night',
      series: {
        [series('awaited_since')]: '0x60',
        [series('last_success')]: '0+5x60',
        [series('awaited_since', 'loki')]: '0x60',
        [series('last_success', 'loki')]: '5 5 5x60',
      },
      trueFromMs: 190_000,
      labels: { source: 'loki', severity: 'warning' },
      words: { source: 'loki', lasted: '3m 35s' },
    },
  ],
  quiet: () => [
    {
      name: 'a Watchdog alert that comes back every 95 s is quiet',
      series: {
        [series('awaited_since')]: '0x60',
        [series('last_success')]: `${'10 '.repeat(19)}${'105 '.repeat(19)}${'200 '.repeat(19)}`,
      },
      atMs: 280_000,
    },
    {
      name: 'a probe service that awaits none is quiet',
      series: { 'up{job="watchpost",instance="watchpost:9815"}': '1x90' },
      atMs: 400_000,
    },
  ],
});

function series(name: 'awaited_since' | 'last_success', source: PathSource = 'prometheus'): string {
  return `watchpost_alert_path_${name}_timestamp_seconds{source="${source}",job="watchpost",instance="watchpost:9815"}`;
}
