import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { aggregate, type Match, select } from '../../stack/promql.ts';
import type { About } from './about.ts';
import { metricsSource, overTime } from './data.ts';
import { greatest } from './greatest.ts';
import { runbooks } from './links.ts';
import { bad, limits, upOrDown } from './look.ts';
import { most, perProbe } from './queries.ts';

/** A coloured band for each series: which state it was in, and for how long. */
export function timelinePanel({ id, title, description, alerts }: About): PanelBuilder {
  return new PanelBuilder()
    .id(id)
    .title(title)
    .description(description)
    .links(runbooks({ alerts }))
    .datasource(metricsSource)
    .unit('none')
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(80)
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    );
}

/** Up and down of probes. A step shows `down` when the probe was down at any time in it. At most so many: first those that were down. */
export function probeTimeline(given: About, match: Readonly<Record<string, Match>>, legend: string): PanelBuilder {
  const down = select('watchpost_probe_down', match);
  const worst = (window: string) => aggregate('max', perProbe, `max_over_time(${down}${window})`);
  return timelinePanel(given)
    .withTarget(overTime(greatest(most, perProbe, worst), legend))
    .mappings([upOrDown])
    .thresholds(limits([1, bad]));
}
