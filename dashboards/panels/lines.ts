import {
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
} from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { overTime } from './data.ts';
import { barsPanel, type Graph, graphPanel, stackedPanel } from './graph.ts';
import { from, good } from './look.ts';
import { type NumberPanel, numberPanel } from './number.ts';

/** A query over time, and what its lines are called. */
export type Line = readonly [expr: string, legend: string];

export interface Lines extends Graph {
  readonly queries: readonly Line[];
  /** From where on an alert is about it: drawn across the graph. */
  readonly limits?: readonly (readonly [number, string])[];
  /** The top of the axis, where there is one by nature. */
  readonly max?: number;
  /** In place of the graph where there is no line. */
  readonly none?: string;
}

/** A graph of several queries. */
export function linesPanel(given: Lines): PanelBuilder {
  return filled(graphPanel(given), given);
}

/** The same as parts of a whole. */
export function areasPanel(given: Lines): PanelBuilder {
  return filled(stackedPanel(given), given);
}

/** The same as counts: what happened in each step. */
export function countsPanel(given: Lines): PanelBuilder {
  return filled(barsPanel(given), given).interval('1m');
}

/** A large number of now, and behind it how it came about. */
export function trendPanel(given: NumberPanel): BigNumber {
  return numberPanel(given)
    .targets([overTime(given.expr, given.legend ?? '')])
    .graphMode(BigValueGraphMode.Area);
}

function filled(panel: PanelBuilder, { queries, limits, max, none }: Lines): PanelBuilder {
  panel.targets(queries.map(([expr, legend], index) => overTime(expr, legend, String.fromCharCode(65 + index))));
  if (limits) {
    panel
      .thresholds(from(good, ...limits))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  if (max !== undefined) panel.max(max);
  return none === undefined ? panel : panel.noValue(none);
}
