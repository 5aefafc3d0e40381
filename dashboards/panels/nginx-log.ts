import { LogsDedupStrategy, LogsSortOrder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as Lines } from '@grafana/grafana-foundation-sdk/logs';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { stream } from '../../stack/logql.ts';
import { logLines, logsSource } from './data.ts';
import { barsPanel } from './graph.ts';
import { bad, good, unknown, warning } from './look.ts';

/** Panels about the access log of the chosen nginx, where `logs` in watchpost.yaml says where it is. */

const log = stream({ service_name: '$nginx' });

/** The status of an answer, in the format `combined` as nginx has it by itself, and in JSON with a field `status`. */
const status = (digits: string) => `(?:" |"status": ?"?)${digits}`;

export function statuses(): Graph {
  const classes = `${log} | regexp ${JSON.stringify(status(String.raw`(?P<class>[1-5])\d\d`))} | class != ""`;
  const colours = { 2: good, 3: unknown, 4: warning, 5: bad };
  const panel = barsPanel({
    id: 20,
    title: 'Answers by status',
    description:
      'Lines of its access log. 5xx: what is behind nginx fails (502, 504: it is down or slow). 4xx rising alone: a broken link, a client after a deploy, or somebody who tries doors.',
    unit: 'short',
  })
    .datasource(logsSource)
    .withTarget(logLines(`sum by (class) (count_over_time(${classes} [$__auto]))`).legendFormat('{{class}}xx'))
    .noValue('No access log of this service: say where it is (`logs` in watchpost.yaml).');
  for (const [first, fixedColor] of Object.entries(colours)) {
    panel.overrideByName(`${first}xx`, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  }
  return panel;
}

export function failedRequests(): Lines {
  return new Lines()
    .id(21)
    .title('Requests that failed')
    .description(
      'The lines of its access log with a status of 5xx. Which path, and which upstream? The log of that service at the same time says why.',
    )
    .datasource(logsSource)
    .withTarget(logLines(`${log} |~ ${JSON.stringify(status(String.raw`5\d\d`))}`))
    .unit('none')
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .dedupStrategy(LogsDedupStrategy.None)
    .sortOrder(LogsSortOrder.Descending);
}
