import { LogsDedupStrategy, LogsSortOrder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/logs';
import type { About } from './about.ts';
import { logLines, logsSource } from './data.ts';
import { runbooks } from './links.ts';

/** What the service wrote, and what the probe service wrote about it, in one column of time. */
export function linesOfService(): PanelBuilder {
  return linesPanel(
    {
      id: 13,
      title: 'Log lines of the service, and about it',
      description:
        'Its own lines, where `logs` in watchpost.yaml says where they are, and what the probe service found. Read them at the time of a failure.',
      alerts: ['LogErrorSpike', 'LogFatal', 'LogSourceSilent'],
    },
    '{service_name=~".+"} | service="$service" or service_name="$service"',
  );
}

/** As the variables of the dashboard of logs say. */
export function linesFound(): PanelBuilder {
  return linesPanel(
    {
      id: 5,
      title: 'Lines',
      description:
        'The newest 1,000 of the chosen services and about them, at the chosen levels, with the text that is searched for. Open one for its trace and where it was written.',
    },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variables; the levels come without escapes. A nonce is for no reader.
    '{service_name=~".+"} |~ `(?i)${search:raw}` | event!="path_nonce" | service=~"$service" or service_name=~"$service" | detected_level=~"${level:pipe}"',
  );
}

function linesPanel({ id, title, description, alerts }: About, expr: string): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(logsSource)
    .withTarget(logLines(expr))
    .unit('none')
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .dedupStrategy(LogsDedupStrategy.None)
    .sortOrder(LogsSortOrder.Descending);
}
