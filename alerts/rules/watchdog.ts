import { alertLinks } from '../../stack/alert.ts';
import { type PathSource, watchdog } from '../../stack/alert-path.ts';
import { select } from '../../stack/promql.ts';
import { defineRule } from './rule.ts';

const nonce = select('watchpost_alert_path_nonce');

/**
 * Always fires. It travels the whole path back to the probe service, which says when it stops coming. The nonce that it
 * carries is a number that the probe service has just made: what brings it back was scraped, evaluated and sent since.
 */
export const watchdogRule = defineRule({
  alert: watchdog,
  expr: 'vector(1)',
  forMs: 0,
  severity: 'none',
  team: 'default',
  furtherLabels: { source: 'prometheus' satisfies PathSource },
  templates: () => ({ nonce: `{{ range query "${nonce}" }}{{ printf "%.0f" .Value }}{{ end }}` }),
  annotations: (words, { urls }) => ({
    summary: 'The paging path works',
    description:
      'This alert always fires. When it stops arriving, Prometheus or Alertmanager no longer passes alerts on.',
    action: 'Nothing to do. Open the runbook if it is missing.',
    ...alertLinks(urls, { alertname: watchdog }),
    nonce: words.nonce,
  }),
  fires: () => [
    {
      name: 'it fires from the first evaluation on, without the probe service too',
      series: {},
      trueFromMs: 0,
      labels: {},
      words: { nonce: '' },
    },
    {
      name: 'it carries the newest nonce, every digit of it',
      series: { [`${nonce}{job="watchpost",instance="watchpost:9815"}`]: '17 281474976710655 281474976710655' },
      trueFromMs: 0,
      seenAtMs: 10_000,
      labels: {},
      words: { nonce: '281474976710655' },
    },
  ],
  quiet: () => [],
});
