import type { PanelBuilder as Ranking } from '@grafana/grafana-foundation-sdk/bargauge';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import {
  countLines,
  countLinesBy,
  errorLevels,
  type LogLevelName,
  normalized,
  stream,
  where,
} from '../../stack/logql.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { logsNow, logsOverTime, logsSource, overTime } from './data.ts';
import { barsPanel, graphPanel } from './graph.ts';
import { errors, field, toLogs } from './links.ts';
import { bad, fixed, good, limits, unknown, warning } from './look.ts';
import { orNone } from './queries.ts';
import { rankingPanel } from './ranking.ts';
import { linksTo, tablePanel, width } from './table.ts';

/** How much is logged, by whom, and how bad it is. */

/** Lines of the chosen services, and those at the level of an error. */
const all = stream({ service_name: { like: '$service' } });
const errorLines = where(all, 'detected_level', { like: errorLevels });

const levels = {
  fatal: bad,
  critical: bad,
  error: bad,
  warn: warning,
  info: good,
  debug: 'blue',
  trace: 'purple',
  unknown,
} as const satisfies Record<LogLevelName, string>;

export function byLevel(): Graph {
  const panel = barsPanel({
    id: 1,
    title: 'Lines by level',
    description:
      'What Loki takes for the level of each line. A red block is the time to look at: click it, and read what began then.',
    unit: 'short',
  })
    .datasource(logsSource)
    .withTarget(logsOverTime(countLinesBy(['detected_level'], all, '$__auto'), '{{detected_level}}'))
    .noValue('Nothing was logged.');
  return Object.entries(levels).reduce((own, [level, color]) => own.overrideByName(level, [fixed(color)]), panel);
}

export function errorRatio(): Graph {
  return graphPanel({
    id: 2,
    title: 'Share of error lines',
    description:
      'Of all lines, those of level error or worse. A share that rises while the number of lines falls: the service does nothing but fail.',
    alerts: ['LogErrorSpike'],
    unit: 'percentunit',
  })
    .datasource(logsSource)
    .withTarget(
      logsOverTime(`${countLines(errorLines, '$__auto')} / ${countLines(all, '$__auto')} or vector(0)`, 'errors'),
    );
}

export function loudest(): Ranking {
  return rankingPanel({
    id: 3,
    title: 'Lines by service: the 10 most',
    description:
      'How many lines each service wrote in this time. One that wrote far more than before fills the disk: look at its level. One that is missing here writes nothing: is its source named by `logs` in watchpost.yaml?',
    alerts: ['LogSourceSilent'],
    source: logsSource,
    unit: 'short',
    colours: limits(),
    none: 'Nothing was logged.',
  })
    .min(0)
    .withTarget(logsNow(`topk(10, ${countLinesBy(['service_name'], all, '$__range')})`, '{{service_name}}'))
    .dataLinks([toLogs(field('service_name'))]);
}

/** With what varies in them left out, so that the same line is counted as one. */
export function topErrors(): Table {
  return tablePanel({
    id: 4,
    title: 'Commonest error lines: the 15 most',
    description:
      'How often each came, without the numbers in it. Mend the first one first; one that is new since a deploy came with it. Click the service to read them.',
    alerts: ['LogErrorSpike', 'LogFatal'],
    source: logsSource,
    queries: [
      logsNow(`topk(15, ${countLinesBy(['service_name', 'line'], normalized(errorLines, 140), '$__range')})`, ''),
    ],
    columns: [
      { from: 'Value #A', title: 'Lines', properties: [width(80)] },
      { from: 'service_name', title: 'Service', properties: [linksTo(toLogs(field('Service'), errors)), width(130)] },
      { from: 'line', title: 'Line' },
    ],
    sortBy: 'Lines',
    none: 'No error was logged.',
  });
}

export function ingest(): Graph {
  return graphPanel({
    id: 10,
    title: 'Taken in by Loki',
    description:
      'Bytes of all log lines a second, of all services. It decides how full the disk gets in the time for which they are kept.',
    unit: 'Bps',
  }).withTarget(
    overTime(`sum(rate(${select('loki_distributor_bytes_received_total')}[$__rate_interval]))`, 'bytes a second'),
  );
}

export function lost(): Graph {
  return barsPanel({
    id: 11,
    title: 'Lines that are lost',
    description:
      'Refused by Loki, by its reason, or given up by Alloy. Should be 0. The reason names a limit in loki/generated/loki.yaml.',
    alerts: ['LokiDiscarding', 'AlloyDroppingLogs'],
    unit: 'short',
  })
    .withTarget(
      overTime(
        orNone(
          aggregate('sum', ['reason'], `increase(${select('loki_discarded_samples_total')}[$__rate_interval])`),
          'reason',
        ),
        'refused: {{reason}}',
      ),
    )
    .withTarget(
      overTime(
        orNone(
          aggregate('sum', ['reason'], `increase(${select('loki_write_dropped_entries_total')}[$__rate_interval])`),
          'reason',
        ),
        'given up: {{reason}}',
        'B',
      ),
    );
}
