import { alertLinks } from '../../stack/alert.ts';
import { nonceWindow, type PathSource, watchdog } from '../../stack/alert-path.ts';
import { logFields, logServiceName } from '../../stack/log-fields.ts';
import { newestNumber, stream, where } from '../../stack/logql.ts';
import { stackRule } from './log-rule.ts';

const nonces = where(stream({ service_name: logServiceName }), logFields.event, 'path_nonce');

/**
 * Fires for as long as the probe service's records reach Loki. The newest one's nonce is the value of the expression and
 * goes on as an annotation: what brings it back was sent, stored, found, evaluated and passed on since.
 */
export const watchdogRule = stackRule({
  alert: watchdog,
  forMs: 0,
  expr: newestNumber(nonces, logFields.nonce, nonceWindow),
  labels: { severity: 'none', source: 'loki' satisfies PathSource },
  annotations: ({ urls }) => ({
    summary: 'The path of log alerts works',
    description:
      'This alert always fires. When it stops arriving, log records do not reach Loki, or its ruler or Alertmanager no longer passes alerts on.',
    action: 'Nothing to do. Open the runbook if it is missing.',
    ...alertLinks(urls, { alertname: watchdog }),
    // Below 2^53: no digit is lost in a float.
    nonce: '{{ printf "%.0f" $value }}',
  }),
});
