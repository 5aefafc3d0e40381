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
import { bad, limits } from './look.ts';
import { burn, restLasts, tierAlerts } from './objectives.ts';
import { tilesPanel } from './tiles.ts';

/** How the chosen service spends its error budget. */

const ofService = { service: '$service' } as const;
const spent = select('slo:period_burned:ratio', ofService);

export function budgetNow(): BigNumbers {
  return tilesPanel({
    id: 2,
    title: '$service',
    description:
      'How much of each budget is spent, and how long the rest lasts if it goes on as in the last hour. Red: hold back what is risky, deploys first, and find what spends it below.',
    alerts: ['SLOBudgetExhausted'],
    tiles: [
      {
        name: '{{slo}}: budget spent',
        expr: aggregate('max', ['slo'], spent),
        unit: 'percentunit',
        decimals: 1,
        colours: limits([1, bad]),
      },
      {
        name: '{{slo}}: target',
        expr: aggregate('max', ['slo'], select('slo:objective:ratio', ofService)),
        unit: 'percentunit',
        decimals: 2,
      },
      { name: '{{slo}}: rest lasts', expr: restLasts(ofService), unit: 's', decimals: 1 },
    ],
    none: 'The service has no objective.',
  });
}

export function budgetOverTime(id: number): Graph {
  return (
    graphPanel({
      id,
      title: 'Error budget spent',
      description:
        'It rises with every failure, and falls as failures leave the period. A cliff is an outage; a slope is something that fails now and then. Above 100 % the objective is missed.',
      alerts: ['SLOBudgetExhausted'],
      unit: 'percentunit',
    })
      .min(0)
      // What is spent twice over is bad enough; an axis up to the worst would hide what happens below it.
      .max(2)
      .decimals(0)
      .thresholds(limits([1, bad]))
      .thresholdsStyle(line())
      .withTarget(overTime(aggregate('max', ['slo'], spent), '{{slo}}'))
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
