import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type {
  DashboardLinkBuilder,
  DataTransformerConfig,
  DynamicConfigValue,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { DataqueryBuilder as LogsQuery } from '@grafana/grafana-foundation-sdk/loki';
import type { DataqueryBuilder as MetricsQuery } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { About } from './about.ts';
import { type logsSource, metricsSource } from './data.ts';
import { field, runbooks, toService } from './links.ts';

/** A column: where it comes from (a label, or `Value #A` of a query), what it is called, and how it looks. */
export interface Column {
  readonly from: string;
  readonly title: string;
  readonly properties?: readonly DynamicConfigValue[];
}

export interface Table extends About {
  readonly source?: typeof metricsSource | typeof logsSource;
  readonly queries: readonly (MetricsQuery | LogsQuery)[];
  /** Done to what the queries answer before its rows are put together. */
  readonly before?: readonly DataTransformerConfig[];
  /** In order; what is not named here is not shown. */
  readonly columns: readonly Column[];
  /** The title of the column to sort by, the greatest first. */
  readonly sortBy?: string;
  /** The least first. */
  readonly ascending?: true;
  /** In place of the rows where there are none. */
  readonly none: string;
}

/** One row for each set of labels, with the values of all queries beside each other. */
export function tablePanel(given: Table): PanelBuilder {
  const { id, title, description, alerts, source = metricsSource, queries, before = [], columns, sortBy, none } = given;
  let panel = new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(source)
    .targets([...queries])
    .unit('none')
    .noValue(none)
    .filterable(false)
    .overrideByRegexp('.*', [{ id: 'noValue', value: '–' }])
    .transformations([...before, ...merged(columns)]);
  for (const { title: name, properties } of columns)
    if (properties) panel = panel.overrideByName(name, [...properties]);
  return sortBy ? panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(!given.ascending)]) : panel;
}

function merged(columns: readonly Column[]): DataTransformerConfig[] {
  const names = columns.map(({ from }) => from);
  return [
    { id: 'merge', options: {} },
    { id: 'filterFieldsByName', options: { include: { names } } },
    {
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: Object.fromEntries(columns.map(({ from, title }) => [from, title])),
      },
    },
  ];
}

/** A column of this many pixels; the others share the rest. */
export function width(pixels: number): DynamicConfigValue {
  return { id: 'custom.width', value: pixels };
}

/** A narrow column of coloured cells: what each value is called, and its colour. */
export function stateColumn(from: string, called: ValueMapping): Column {
  return {
    from,
    title: 'State',
    properties: [
      { id: 'mappings', value: [called] },
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorBackground, mode: 'basic' } },
      { id: 'custom.align', value: 'center' },
      width(80),
    ],
  };
}

/** Makes the cells of a column a link. */
export function linksTo(...links: readonly DashboardLinkBuilder[]): DynamicConfigValue {
  return { id: 'links', value: links.map((link) => link.build()) };
}

/** To the dashboard of the row's service and probe. */
export function linkToService(serviceColumn: string, probeColumn?: string): DynamicConfigValue {
  return linksTo(toService(field(serviceColumn), probeColumn && field(probeColumn)));
}
