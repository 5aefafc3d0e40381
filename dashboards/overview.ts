import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import { budgets, errorLines } from './panels/overview-rankings.ts';
import { running, watching } from './panels/overview-tiles.ts';
import { durations, failing, firing, probesNow, states } from './panels/probes.ts';

/** Is everything all right, the monitoring itself included? Readable in one look, on a phone and on a wall. */
export function overview(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.overview,
      title: 'Overview',
      description: 'Is everything all right, the monitoring itself included?',
      from: 'now-24h',
      unmarked: [11],
    },
    place,
  )
    .withPanel(running().height(6).span(15))
    .withPanel(watching().height(6).span(9))
    .withPanel(failing().height(6).span(12))
    .withPanel(firing().height(6).span(12))
    .withPanel(states(place).height(10).span(24))
    .withPanel(probesNow().height(11).span(24))
    .withPanel(durations(place).height(9).span(12))
    .withPanel(
      budgets()
        .height(9)
        .span(place.withLogs ? 6 : 12),
    );
  if (place.withLogs) dashboard.withPanel(errorLines().height(9).span(6));
  return dashboard.build();
}
