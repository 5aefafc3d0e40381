import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type {
  DashboardLinkBuilder,
  DynamicConfigValue,
  ThresholdsConfigBuilder,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { About } from './about.ts';
import { metricsSource, now } from './data.ts';
import { runbooks } from './links.ts';
import { fixed } from './look.ts';

export interface Tile {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  /** Left out where no value is good or bad. */
  readonly colours?: ThresholdsConfigBuilder;
  readonly words?: readonly ValueMapping[];
  readonly link?: DashboardLinkBuilder;
}

export interface Tiles extends About {
  /** At most 26. */
  readonly tiles: readonly Tile[];
  /** In place of all of them. */
  readonly none?: string;
}

/** Large numbers of which each is green when all is right. One panel: side by side on a wall, in two columns on a phone. */
export function tilesPanel({ id, title, description, alerts, tiles, none }: Tiles): PanelBuilder {
  let panel = new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(metricsSource)
    .unit('none')
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
  for (const [index, tile] of tiles.entries()) {
    const refId = String.fromCharCode(65 + index);
    panel = panel.withTarget(now(tile.expr, tile.name, refId)).overrideByQuery(refId, lookOf(tile));
  }
  return none === undefined ? panel : panel.noValue(none);
}

function lookOf({ unit, decimals, colours, words, link }: Tile): DynamicConfigValue[] {
  return [
    { id: 'unit', value: unit },
    colours ? { id: 'thresholds', value: colours.build() } : fixed(plain),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(words ? [{ id: 'mappings', value: words }] : []),
    ...(link ? [{ id: 'links', value: [link.build()] }] : []),
  ];
}

/** Neither good nor bad. */
const plain = 'dark-blue';
