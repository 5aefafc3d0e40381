import { GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as BigNumbers } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { formatDuration, sayDuration } from '../../stack/duration.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { burnTiers } from '../../stack/slo.ts';
import type { Place } from '../frame.ts';
import { overTime } from './data.ts';
import { graphPanel } from './graph.ts';
import { toLogsThen } from './links.ts';
import { bad, from, good, limits } from './look.ts';
import { burn, emptyIn, tierAlerts } from './objectives.ts';
import { tilesPanel } from './tiles.ts';

/** How the chosen service spends its error budget. */

const ofService = { service: '$service' } as const;
const remaining = select('slo:period_error_budget_remaining:ratio', ofService);

export function budgetNow(): BigNumbers {
  return tilesPanel({
    id: 2,
    title: '$service',
    description:
      'What is left of each budget, and when it is spent if it goes on as in the last hour. Red: hold back what is risky, deploys first, and find what spends it below.',
    alerts: ['SLOBudgetExhausted'],
    tiles: [
      {
        name: '{{slo}}: budget left',
        expr: aggregate('max', ['slo'], remaining),
        unit: 'percentunit',
        decimals: 1,
        colours: from(bad, [0, good]),
      },
      {
        name: '{{slo}}: target',
        expr: aggregate('max', ['slo'], select('slo:objective:ratio', ofService)),
        unit: 'percentunit',
        decimals: 2,
      },
      { name: '{{slo}}: empty in', expr: emptyIn(ofService), unit: 's', decimals: 1 },
    ],
    none: 'The service has no objective.',
  });
}

export function budgetOverTime(id: number): Graph {
  return (
    graphPanel({
      id,
      title: 'Error budget left',
      description:
        'It falls while failures are newer than the period, and comes back as they leave it. A cliff is an outage; a slope is something that fails now and then.',
      alerts: ['SLOBudgetExhausted'],
      unit: 'percentunit',
    })
      .max(1)
      // What is spent twice over is bad enough; an axis down to the worst would hide what happens above it.
      .min(-1)
      .decimals(0)
      .thresholds(from(bad, [0, good]))
      .thresholdsStyle(line())
      .withTarget(overTime(aggregate('max', ['slo'], remaining), '{{slo}}'))
  );
}

/** One for each tier, in the order of their ids: both windows, and the rate at which the alert speaks. */
export function burnRates(place: Place): readonly Graph[] {
  return (Object.keys(burnTiers) as (keyof typeof burnTiers)[]).map((tier, index) => burnRate(tier, 10 + index, place));
}

export function burnRate(tier: keyof typeof burnTiers, id: number, place: Place): Graph {
  const { factor, longMs, shortMs } = burnTiers[tier];
  const { alert, colour } = tierAlerts[tier];
  const perSlo = (windowMs: number) => aggregate('max', ['slo'], burn(windowMs, ofService));
  return graphPanel({
    id,
    title: `Burn rate over ${sayDuration(longMs)}: ${alert} above ${factor}`,
    description: `How many times faster than allowed the budget goes. ${alert} fires when both windows are above the line, and ends when the short one is below it. 1: it will just last.`,
    alerts: [alert],
    unit: 'short',
  })
    .axisSoftMax(factor * 1.2)
    .thresholds(limits([factor, colour]))
    .thresholdsStyle(line())
    .withTarget(overTime(perSlo(longMs), `{{slo}}, ${formatDuration(longMs)}`))
    .withTarget(overTime(perSlo(shortMs), `{{slo}}, ${formatDuration(shortMs)}`, 'B'))
    .dataLinks(toLogsThen(place, '$service'));
}

function line(): GraphThresholdsStyleConfigBuilder {
  return new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
}
