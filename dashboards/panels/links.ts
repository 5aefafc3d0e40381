import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { LogLevelName } from '../../stack/logql.ts';
import { type DashboardUid, dashboardUids } from '../../stack/parts.ts';
import type { Place } from '../frame.ts';

/** Ways out of a panel: in its menu, from a point of a line, or from the cell of a table. */

/** What Grafana fills in: a variable, a column of the row, or a label of the line that was clicked. */
type Placeholder = string;

export function field(column: string): Placeholder {
  return `\${__data.fields.${column}}`;
}
export function label(name: string): Placeholder {
  return `\${__field.labels.${name}}`;
}

/** The runbooks of the alerts about a panel. The variable comes with the dashboard's frame. */
export function runbooks({ alerts = [] }: { readonly alerts?: readonly string[] | undefined }): DashboardLinkBuilder[] {
  return alerts.map((alert) => runbook(alert, `Runbook of ${alert}`));
}

export function runbook(alert: Placeholder, title = 'Open its runbook'): DashboardLinkBuilder {
  return link(title, `\${runbooks:raw}/${alert}`).targetBlank(true);
}

/** Over the same time. */
export function toDashboard(uid: DashboardUid, title: string): DashboardLinkBuilder {
  return link(title, `/d/${uid}?\${__url_time_range}`);
}

/** To the dashboard of a service, over the same time. */
export function toService(service: Placeholder, probe?: Placeholder): DashboardLinkBuilder {
  const chosen = probe === undefined ? '' : `&var-probe=${probe}`;
  return link(
    'Open the dashboard of the service',
    `/d/${dashboardUids.service}?var-service=${service}${chosen}&\${__url_time_range}`,
  );
}

/** To the objectives of a service, over the dashboard's own time. */
export function toObjectives(service: Placeholder): DashboardLinkBuilder {
  return link('Open its objectives', `/d/${dashboardUids.slo}?var-service=${service}`);
}

/** To what was logged around the moment that was clicked; nowhere without a Loki. */
export function toLogsThen(place: Place, service: Placeholder): DashboardLinkBuilder[] {
  return logsAround(place, service, `\${__value.time}`);
}

/** Around the moment in a column of the row. */
export function toLogsAt(place: Place, service: Placeholder, column: string): DashboardLinkBuilder[] {
  return logsAround(place, service, `\${__data.fields.${column}.numeric}`);
}

/** Milliseconds; Grafana shows half of them before the moment, and half of them after. */
const windowMs = 1_200_000;

function logsAround({ withLogs }: Place, service: Placeholder, time: Placeholder): DashboardLinkBuilder[] {
  const url = `/d/${dashboardUids.logs}?var-service=${service}&time=${time}&time.window=${windowMs}`;
  return withLogs ? [link('Log lines at this time', url)] : [];
}

/** Over the same time; at these levels, or at all of them. */
export function toLogs(service: Placeholder, levels: readonly LogLevelName[] = []): DashboardLinkBuilder {
  const chosen = levels.map((level) => `&var-level=${level}`).join('');
  return link('Read the lines', `/d/${dashboardUids.logs}?var-service=${service}${chosen}&\${__url_time_range}`);
}

/** The levels that alerts count as errors. */
export const errors = ['fatal', 'critical', 'error'] as const satisfies readonly LogLevelName[];

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}
