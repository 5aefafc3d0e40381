import { formatDuration } from '../../stack/duration.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { metaRule } from './meta.ts';

const at = 'job="alertmanager",instance="alertmanager:9093"';
const reloaded = `alertmanager_config_last_reload_successful{${at}}`;

/** A reload that is made good within this time is no alert. */
const reloadWindowMs = 300_000;

/** It runs on with the configuration from before: who is paged, and where, is not what the file says. */
export const alertmanagerConfigReloadFailedRule = metaRule({
  alert: 'AlertmanagerConfigReloadFailed',
  expr: `max_over_time(${select('alertmanager_config_last_reload_successful')}[${formatDuration(reloadWindowMs)}]) == 0`,
  forMs: 120_000,
  holdsAfterMs: reloadWindowMs,
  stepMs: 60_000,
  severity: 'warning',
  by: [],
  summary: 'Alertmanager did not take its new configuration',
  description: () => 'It runs on with the one before: pages go where they went until then.',
  action: 'Run ./watchpost check, then ./watchpost reload, and read what it says of Alertmanager.',
  bad: { [reloaded]: '1 0x200' },
  labels: { job: 'alertmanager', instance: 'alertmanager:9093' },
  trueFromMs: 300_000,
  good: [
    { name: 'a configuration that was taken is quiet', series: { [reloaded]: '1x200' } },
    { name: 'one that was taken at the second try is quiet', series: { [reloaded]: '1 0 0 1x200' } },
  ],
});

const failed = (reason: string) =>
  `alertmanager_notifications_failed_total{${at},integration="slack",reason="${reason}"}`;

/** A page did not arrive on one channel. It goes to the others. What goes back to the probe service is no page. */
export const alertmanagerDeliveryFailingRule = metaRule({
  alert: 'AlertmanagerDeliveryFailing',
  expr: `${aggregate('sum', ['integration', 'reason'], `increase(${select('alertmanager_notifications_failed_total', { integration: { not: 'webhook' } })}[10m])`)} > 0`,
  forMs: 0,
  severity: 'warning',
  by: ['integration', 'reason'],
  summary: 'Pages do not arrive on a channel',
  description: ({ integration, reason }) =>
    `Alertmanager gave up on messages by ${integration} in the last ten minutes (${reason}). What was in them may be known nowhere else.`,
  action: 'Run ./watchpost page --test: it says what each channel answers.',
  bad: { [failed('clientError')]: '0 1x200', [failed('serverError')]: '0x200' },
  labels: { integration: 'slack', reason: 'clientError' },
  good: [
    { name: 'a channel that works is quiet', series: { [failed('clientError')]: '4x200' } },
    {
      name: 'a probe service that is away is no page that was lost',
      series: { [failed('other').replace('slack', 'webhook')]: '0+1x200' },
    },
    { name: 'what failed long ago is quiet', series: { [failed('other')]: '9x200' } },
  ],
});
