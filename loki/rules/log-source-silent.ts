import { alertLinks } from '../../stack/alert.ts';
import { countLines, noLines, stream } from '../../stack/logql.ts';
import { serviceRule } from './log-rule.ts';

const alert = 'LogSourceSilent';
const window = '15m';
/** So many lines in a window, and a window without any is no chance: were they independent, one in 500 million. */
const enough = 20;
/** How long ago it may have written last: the alert lasts as long, and a night without lines is over before the morning's alarm. */
const lately = ['1h', '2h', '4h', '8h'] as const;

function wrote(service: string, ago: string): string {
  return `${countLines(stream({ service_name: service }), window, ago)} >= ${enough}`;
}

/**
 * No line has come of a service that wrote plenty both at this time of yesterday and within the last hours. A service that writes
 * little, or not at this time of day, is never told of; and after eight hours its silence is the new state.
 */
export const logSourceSilentRule = serviceRule({
  alert,
  everyMs: 60_000,
  forMs: 300_000,
  holdsAfterMs: 15 * 60_000,
  severity: 'warning',
  quietAfterMaintenance: '15m30s',
  expr: (service) =>
    [
      noLines(stream({ service_name: service }), window),
      `(${wrote(service, '1d')})`,
      `(${lately.map((ago) => `${wrote(service, ago)}`).join(' or ')})`,
    ].join(' and '),
  annotations: (service, { urls }) => ({
    summary: `No log line comes from ${service} any more`,
    description: `Loki has had none of it for more than fifteen minutes; at this time of yesterday, and within the last hours, it wrote plenty.`,
    action: `Does it run and write, and is its log read? The runbook tells the two apart. What happens to ${service} meanwhile is not in Loki.`,
    ...alertLinks(urls, { alertname: alert, service }),
  }),
});
