import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../../stack/parts.ts';

/** Ways out of a panel: in its corner, from a point of a line, or from the cell of a table. */

/** A field of the row or the label of the line that was clicked: `${__data.fields.Service}`, `${__field.labels.service}`. */
type Placeholder = string;

/** The runbooks of the alerts about a panel. The variable comes with the dashboard's frame. */
export function runbooks({ alerts = [] }: { readonly alerts?: readonly string[] | undefined }): DashboardLinkBuilder[] {
  return alerts.map((alert) => link(`Runbook of ${alert}`, `\${runbooks:raw}/${alert}`).targetBlank(true));
}

/** To the dashboard of a service, over the same time. */
export function toService(service: Placeholder, probe?: Placeholder): DashboardLinkBuilder {
  const chosen = probe === undefined ? '' : `&var-probe=${probe}`;
  return link(
    'Open the dashboard of the service',
    `/d/${dashboardUids.service}?var-service=${service}${chosen}&\${__url_time_range}`,
  );
}

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}
