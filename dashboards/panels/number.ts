import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { About } from './about.ts';
import { metricsSource, now } from './data.ts';
import { runbooks } from './links.ts';

export interface NumberPanel extends About {
  readonly expr: string;
  /** With several series: what each is called. */
  readonly legend?: string;
  readonly unit: string;
  readonly decimals?: number;
  /** Left out where no value is good or bad. */
  readonly colours?: ThresholdsConfigBuilder;
  /** In place of a number where there is none. */
  readonly none?: string;
}

/** One large number; its background says whether all is right. */
export function numberPanel(given: NumberPanel): PanelBuilder {
  const panel = new PanelBuilder()
    .id(given.id)
    .title(given.title)
    .description(given.description)
    .links(runbooks(given))
    .datasource(metricsSource)
    .withTarget(now(given.expr, given.legend))
    .unit(given.unit)
    .colorMode(given.colours ? BigValueColorMode.Background : BigValueColorMode.None)
    .graphMode(BigValueGraphMode.None)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(given.legend ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
  if (given.colours) panel.thresholds(given.colours);
  if (given.decimals !== undefined) panel.decimals(given.decimals);
  if (given.none) panel.noValue(given.none);
  return panel;
}
