import { alertLinks } from '../../stack/alert.ts';
import { commonest, containing, countLines, stream } from '../../stack/logql.ts';
import { ban, bannedAddress } from './auth-lines.ts';
import { serviceRule } from './log-rule.ts';
import { raw } from './quoted-line.ts';

const alert = 'LogAddressBanned';
const window = '1h';
const factor = 2;

function bans(service: string): string {
  return containing(stream({ service_name: service }), ban);
}

/**
 * Fail2Ban has shut an address out, where it does not always do so: more than twice as often in an hour as at this time of
 * yesterday, over three hours. One alert, not one for each address: of those there may be thousands.
 */
export const logAddressBannedRule = serviceRule({
  alert,
  everyMs: 60_000,
  forMs: 0,
  severity: 'warning',
  quietAfterMaintenance: '1h30s',
  expr: (service) => {
    const count = countLines(bans(service), window);
    const yesterday = `(${countLines(bans(service), '3h', '23h')} or vector(0))`;
    return `${count} > 0 and ${count} > ${factor} * ${yesterday} / 3`;
  },
  annotations: (service, { urls }) => ({
    summary: `${service} shuts addresses out`,
    description: `Fail2Ban banned {{ $value }} times in the last hour{{ range $i, $one := query ${raw(commonest(bans(service), bannedAddress, ['address', 'jail'], window, 5))} }}{{ if $i }}, {{ else }}: {{ end }}{{ $one.Labels.address }} ({{ $one.Labels.jail }}){{ end }}.`,
    action: `Is one of them yours, or a customer's? Then let it in again, and see why it was shut out. Else nothing: this is what Fail2Ban is for.`,
    ...alertLinks(urls, { alertname: alert, service }),
  }),
});
