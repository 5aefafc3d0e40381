import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import { budgetNow, budgetOverTime, burnRates } from './panels/burn.ts';
import { incidents } from './panels/incidents.ts';
import { objectivesNow } from './panels/objectives.ts';
import { serviceWithObjectiveVariable } from './variables.ts';

/** Do we keep what we promised, and what spends the error budget? */
export function slo(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.slo,
      title: 'Objectives (SLO)',
      description: 'Do we keep what we promised, and what spends the error budget?',
      from: 'now-7d',
      ofService: true,
    },
    place,
  )
    .withVariable(serviceWithObjectiveVariable())
    .withPanel(objectivesNow().height(9).span(24))
    .withRow(new RowBuilder('$service').id(100))
    .withPanel(budgetNow().height(8).span(6))
    .withPanel(budgetOverTime(3).height(8).span(9))
    .withPanel(incidents(place).height(8).span(9))
    .withRow(new RowBuilder('How fast $service spends it').id(101));
  for (const panel of burnRates(place)) dashboard.withPanel(panel.height(8).span(12));
  return dashboard.build();
}
