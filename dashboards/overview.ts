import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import { configurations, partsOverTime, troubles } from './panels/monitoring.ts';
import { numbers } from './panels/overview-numbers.ts';
import { durations, failing, firing, probesNow, states } from './panels/probes.ts';

/** Is everything all right, the monitoring itself included? Readable in one look. */
export function overview(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.overview,
      title: 'Overview',
      description: 'Is everything all right, the monitoring itself included?',
      from: 'now-24h',
    },
    place,
  );
  for (const panel of numbers()) dashboard.withPanel(panel.height(4).span(4));
  return dashboard
    .withPanel(failing().height(5).span(24))
    .withPanel(states().height(9).span(24))
    .withPanel(probesNow().height(11).span(24))
    .withPanel(durations().height(8).span(12))
    .withPanel(firing().height(8).span(12))
    .withRow(new RowBuilder('The monitoring itself').id(100))
    .withPanel(partsOverTime().height(9).span(12))
    .withPanel(configurations().height(9).span(4))
    .withPanel(troubles().height(9).span(8))
    .build();
}
