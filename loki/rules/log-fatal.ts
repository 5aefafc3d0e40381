import { alertLinks } from '../../stack/alert.ts';
import { containing, countLines, notContaining, stream } from '../../stack/logql.ts';
import { fatalLine, harmlessLine } from './fatal-lines.ts';
import { serviceRule } from './log-rule.ts';
import { quotedLine } from './quoted-line.ts';

const alert = 'LogFatal';
const window = '5m';

function fatalLines(service: string): string {
  return notContaining(containing(stream({ service_name: service }), fatalLine), harmlessLine);
}

/** A process said that it gives up. It may run again by now, and its probes may never have seen it: the reason is in the line. */
export const logFatalRule = serviceRule({
  alert,
  forMs: 0,
  severity: 'warning',
  quietAfterMaintenance: '5m30s',
  expr: (service) => `${countLines(fatalLines(service), window)} > 0`,
  annotations: (service, { urls }) => ({
    summary: `${service} wrote that it gives up`,
    description: `{{ $value }} of its lines of the last five minutes say that a process ended in an error${quotedLine(fatalLines(service), window)}.`,
    action: `Read the lines around it, and see whether the process runs again: the links below lead to the log and the dashboard of ${service}.`,
    ...alertLinks(urls, { alertname: alert, service }),
  }),
});
