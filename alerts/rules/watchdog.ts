import { alertLinks } from '../../stack/alert.ts';
import { defineRule } from './rule.ts';

const alert = 'Watchdog';

/** Always fires. It travels the whole path back to the probe service, which says when it stops coming. */
export const watchdogRule = defineRule({
  alert,
  expr: 'vector(1)',
  forMs: 0,
  severity: 'none',
  team: 'default',
  templates: () => ({}),
  annotations: (_, { urls }) => ({
    summary: 'The paging path works',
    description:
      'This alert always fires. When it stops arriving, Prometheus or Alertmanager no longer passes alerts on.',
    action: 'Nothing to do. Open the runbook if it is missing.',
    ...alertLinks(urls, { alertname: alert }),
  }),
  fires: () => [{ name: 'it fires from the first evaluation on', series: {}, trueFromMs: 0, labels: {}, words: {} }],
  quiet: () => [],
});
