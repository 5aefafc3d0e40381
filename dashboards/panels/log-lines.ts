import { LogsDedupStrategy, LogsSortOrder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/logs';
import { logLines, logsSource } from './data.ts';

/** What the service wrote, and what the probe service wrote about it, in one column of time. */
export function lines(): PanelBuilder {
  return new PanelBuilder()
    .id(13)
    .title('Log lines of the service, and about it')
    .description(
      'Its own lines, where `logs` in watchpost.yaml says where they are, and what the probe service found. Read them at the time of a failure.',
    )
    .datasource(logsSource)
    .withTarget(logLines('{service_name=~".+"} | service="$service" or service_name="$service"'))
    .unit('none')
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .dedupStrategy(LogsDedupStrategy.None)
    .sortOrder(LogsSortOrder.Descending);
}
