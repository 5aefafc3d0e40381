import { alertLinks } from '../../stack/alert.ts';
import { commonest, containing, countLines, stream } from '../../stack/logql.ts';
import { authFailure, authFailureFrom } from './auth-lines.ts';
import { serviceRule } from './log-rule.ts';
import { raw } from './quoted-line.ts';

const alert = 'LogAuthFailures';
const window = '10m';
/** Somebody who has forgotten his password does not try as often. */
const floor = 20;
const factor = 5;

function failures(service: string): string {
  return containing(stream({ service_name: service }), authFailure);
}

/**
 * Somebody tries passwords, and more than usual: a host on the internet is tried all day long, and that is no news. Compared
 * with the same time of yesterday, over three windows.
 */
export const logAuthFailuresRule = serviceRule({
  alert,
  everyMs: 60_000,
  forMs: 0,
  severity: 'warning',
  quietAfterMaintenance: '10m30s',
  expr: (service) => {
    const count = countLines(failures(service), window);
    const yesterday = `(${countLines(failures(service), '30m', '23h50m')} or vector(0))`;
    return `${count} > ${floor} and ${count} > ${factor} * ${yesterday} / 3`;
  },
  annotations: (service, { urls }) => ({
    summary: `Many logins at ${service} fail`,
    description: `{{ $value }} of its lines of the last ten minutes say that somebody was not let in{{ range $i, $one := query ${raw(commonest(failures(service), authFailureFrom, ['address'], window, 3))} }}{{ if $i }}, {{ else }}; most of them came from {{ end }}{{ $one.Labels.address }} ({{ $one.Value }}){{ end }}.`,
    action: `Did one of them succeed? Look for a login from these addresses in the log of ${service}, and shut them out.`,
    ...alertLinks(urls, { alertname: alert, service }),
  }),
});
