import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { About } from './about.ts';
import { type logsSource, metricsSource } from './data.ts';
import { runbooks } from './links.ts';
import { most } from './queries.ts';

export interface Ranking extends About {
  readonly source?: typeof metricsSource | typeof logsSource;
  readonly unit: string;
  readonly colours: ThresholdsConfigBuilder;
  readonly none: string;
}

/** One horizontal bar for each, the first ones of many. Its query says how many. */
export function rankingPanel(given: Ranking): PanelBuilder {
  const { id, title, description, alerts, source = metricsSource, unit, colours, none } = given;
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(source)
    .unit(unit)
    .thresholds(colours)
    .noValue(none)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Left)
    .sizing(BarGaugeSizing.Auto)
    .reduceOptions(reduced(source.type));
}

/** Prometheus answers with a series for each bar, and Loki with a table of which each row is one. */
function reduced(type: string): ReduceDataOptionsBuilder {
  const options = new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
  return type === 'loki' ? options.values(true).limit(most) : options.values(false);
}
