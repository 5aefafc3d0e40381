import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { metricsSource, now } from './data.ts';

export interface NumberPanel {
  readonly id: number;
  readonly title: string;
  /** What it says, and what to do when it is not green. */
  readonly description: string;
  readonly expr: string;
  /** With several series: what each is called. */
  readonly legend?: string;
  readonly unit: string;
  readonly colours: ThresholdsConfigBuilder;
  /** In place of a number where there is none. */
  readonly none?: string;
}

/** One large number whose background says whether all is right. */
export function numberPanel(given: NumberPanel): PanelBuilder {
  const panel = new PanelBuilder()
    .id(given.id)
    .title(given.title)
    .description(given.description)
    .datasource(metricsSource)
    .withTarget(now(given.expr, given.legend))
    .unit(given.unit)
    .thresholds(given.colours)
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(given.legend ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
  return given.none ? panel.noValue(given.none) : panel;
}
