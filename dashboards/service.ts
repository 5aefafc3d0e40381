import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import { budgetOverTime, burnRate } from './panels/burn.ts';
import { linesOfService } from './panels/log-lines.ts';
import { certificate, statuses } from './panels/service-answers.ts';
import { durationsSideBySide, errorsSideBySide, passedSideBySide, versions } from './panels/service-pair.ts';
import { failures, reasonsOverTime, runs, upAndDown } from './panels/service-states.ts';
import { serviceNow } from './panels/service-tiles.ts';
import { percentiles, phases, slowest } from './panels/service-times.ts';
import { compareVariable, probeVariable, serviceVariable } from './variables.ts';

/** Why is a service down, and how has it been? Every page links here, with its service and probe chosen. */
export function service(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.service,
      title: 'Service',
      description: 'Why is a service down, and how has it been?',
      from: 'now-6h',
      ofService: true,
      unmarked: [5, 11],
    },
    place,
  )
    .withVariable(serviceVariable())
    .withVariable(probeVariable())
    .withVariable(compareVariable())
    .withPanel(serviceNow().height(5).span(24))
    .withPanel(upAndDown(place).height(6).span(24))
    .withPanel(
      failures()
        .height(10)
        .span(place.withLogs ? 12 : 24),
    );
  if (place.withLogs) dashboard.withPanel(linesOfService().height(10).span(12));
  dashboard
    .withRow(new RowBuilder('Why it fails').id(105))
    .withPanel(reasonsOverTime(place).height(8).span(12))
    .withPanel(runs().height(8).span(12))
    .withRow(new RowBuilder('How long it takes').id(100))
    .withPanel(slowest(place).height(8).span(8))
    .withPanel(phases().height(8).span(8))
    .withPanel(percentiles(place).height(8).span(8))
    .withRow(new RowBuilder('Its objective').id(106))
    .withPanel(budgetOverTime(15).height(8).span(12))
    .withPanel(burnRate('fast', 16, place).height(8).span(12))
    .withRow(new RowBuilder('Deploys, and beside another service').id(107))
    .withPanel(versions().height(8).span(6))
    .withPanel(passedSideBySide().height(8).span(6))
    .withPanel(durationsSideBySide().height(8).span(6));
  if (place.withLogs) dashboard.withPanel(errorsSideBySide(place).height(8).span(6));
  return dashboard
    .withRow(new RowBuilder('What it answers').id(110))
    .withPanel(statuses().height(6).span(12))
    .withPanel(certificate().height(6).span(12))
    .build();
}
