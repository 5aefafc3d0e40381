import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { scrapeIntervalMs } from '../../stack/parts.ts';
import { aggregate, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { overTime } from './data.ts';
import { field, toLogsAt, toService } from './links.ts';
import { linksTo, tablePanel, width } from './table.ts';

/**
 * When the probes of the service were down, one row each. The series says since when a failure lasts and is there only while
 * it does: each beginning becomes a series of its own, and its samples, counted step by step, are how long it was.
 */
export function incidents(place: Place): Table {
  const since = select('watchpost_probe_down_since_timestamp_seconds', { service: '$service' });
  const began = aggregate('max', ['probe'], `last_over_time(${since}[$__interval])`);
  const seconds = `${aggregate('max', ['probe'], `count_over_time(${since}[$__interval])`)} * ${scrapeIntervalMs / 1_000}`;
  return tablePanel({
    id: 20,
    title: 'Incidents of $service in this time',
    description:
      'Each confirmed failure: since when, and for how long. The longest is the first to do something about. Click its beginning for the log lines of that time.',
    alerts: ['ProbeDown'],
    queries: [
      overTime(`count_values by (probe) ("since", ${began} * 1000) * on (probe) group_left () (${seconds})`, '').format(
        PromQueryFormat.Table,
      ),
    ],
    before: [
      {
        id: 'groupBy',
        options: {
          fields: {
            since: { operation: 'groupby', aggregations: [] },
            probe: { operation: 'groupby', aggregations: [] },
            Value: { operation: 'aggregate', aggregations: ['sum'] },
          },
        },
      },
      {
        id: 'convertFieldType',
        options: { conversions: [{ targetField: 'since', destinationType: 'number' }], fields: {} },
      },
    ],
    columns: [
      {
        from: 'since',
        title: 'Began',
        properties: [
          { id: 'unit', value: 'dateTimeAsIso' },
          linksTo(...toLogsAt(place, '$service', 'Began')),
          width(190),
        ],
      },
      { from: 'probe', title: 'Probe', properties: [linksTo(toService('$service', field('Probe')))] },
      { from: 'Value (sum)', title: 'Down for', properties: [{ id: 'unit', value: 's' }] },
    ],
    sortBy: 'Began',
    none: 'Nothing was down in this time.',
  });
}
