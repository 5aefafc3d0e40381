import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DataTransformerConfig, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { About } from './about.ts';
import { metricsSource } from './data.ts';
import { runbooks, toService } from './links.ts';

/** A column: where it comes from (a label, or `Value #A` of a query), what it is called, and how it looks. */
export interface Column {
  readonly from: string;
  readonly title: string;
  readonly properties?: readonly DynamicConfigValue[];
}

export interface Table extends About {
  readonly queries: readonly DataqueryBuilder[];
  /** In order; what is not named here is not shown. */
  readonly columns: readonly Column[];
  /** Titles of the columns to sort by, the greatest first. */
  readonly sortBy?: string;
  /** In place of the rows where there are none. */
  readonly none: string;
}

/** One row for each set of labels, with the values of all queries beside each other. */
export function tablePanel({ id, title, description, alerts, queries, columns, sortBy, none }: Table): PanelBuilder {
  let panel = new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(metricsSource)
    .targets([...queries])
    .unit('none')
    .noValue(none)
    .filterable(false)
    .overrideByRegexp('.*', [{ id: 'noValue', value: '–' }])
    .transformations(merged(columns));
  for (const { title: name, properties } of columns)
    if (properties) panel = panel.overrideByName(name, [...properties]);
  return sortBy ? panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]) : panel;
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

/** Makes the cells of a column a link to the dashboard of the row's service and probe. */
export function linkToService(serviceColumn: string, probeColumn?: string): DynamicConfigValue {
  const field = (column: string) => `\${__data.fields.${column}}`;
  const link = toService(field(serviceColumn), probeColumn && field(probeColumn));
  return { id: 'links', value: [link.build()] };
}
