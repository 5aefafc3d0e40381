import { alertLinks } from '../../stack/alert.ts';
import { logLimits } from '../../stack/limits.ts';
import { countLines, errorLevels, stream, where } from '../../stack/logql.ts';
import { serviceRule } from './log-rule.ts';
import { quotedLine, raw } from './quoted-line.ts';

const alert = 'LogErrorSpike';
const window = '5m';
const factor = 5;

function errorLines(service: string): string {
  return where(stream({ service_name: service }), 'detected_level', { like: errorLevels });
}

/** The same time of yesterday, over three windows so that one loud minute does not decide. */
function yesterday(service: string): string {
  return `(${countLines(errorLines(service), '15m', '23h55m')} or vector(0))`;
}

/**
 * A service logs far more errors than it did at this time of yesterday: whoever always logs some is not told of, and it lasts for
 * as long as the errors do, up to a day. A service of today has no yesterday, and only the floor holds.
 */
export const logErrorSpikeRule = serviceRule({
  alert,
  everyMs: 60_000,
  forMs: 120_000,
  severity: 'warning',
  quietAfterMaintenance: '5m30s',
  expr: (service) => {
    const errors = countLines(errorLines(service), window);
    return `${errors} > ${logLimits.errorLines} and ${errors} > ${factor} * ${yesterday(service)} / 3`;
  },
  annotations: (service, { urls }) => ({
    summary: `${service} logs far more errors than usual`,
    description: `{{ $value }} error lines in five minutes; at this time of yesterday {{ range query ${raw(`${yesterday(service)} / 3`)} }}{{ printf "%.0f" .Value }}{{ end }} in as long${quotedLine(errorLines(service), window)}.`,
    action: `Open the log of ${service} at the time of the first of them: what began then, a deploy or a dependency?`,
    ...alertLinks(urls, { alertname: alert, service }),
  }),
});
