import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { About } from './about.ts';
import { metricsSource } from './data.ts';
import { runbooks } from './links.ts';

export interface Graph extends About {
  readonly unit: string;
}

/** Lines over time. */
export function graphPanel({ id, title, description, alerts, unit }: Graph): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(metricsSource)
    .unit(unit)
    .min(0)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

/** Areas on top of each other: parts of a whole. */
export function stackedPanel(graph: Graph): PanelBuilder {
  return graphPanel(graph).fillOpacity(60).lineWidth(0).stacking(stacked());
}

/** Bars on top of each other: how many of what. */
export function barsPanel(graph: Graph): PanelBuilder {
  return graphPanel(graph).drawStyle(GraphDrawStyle.Bars).fillOpacity(80).lineWidth(0).stacking(stacked());
}

function stacked(): StackingConfigBuilder {
  return new StackingConfigBuilder().mode(StackingMode.Normal).group('A');
}
