import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Config } from '../config/model.ts';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import * as panels from './panels/backups.ts';

/** Whether a configuration has jobs that report, or files that must be new. */
export function hasBackups({ services }: Config): boolean {
  return services.some(({ probes }) => probes.some(({ kind }) => panels.backupKinds.some((one) => one === kind)));
}

/** Is there a backup that is new enough, as large as always, and that can be restored? */
export function backups(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.backups,
      title: 'Backups',
      description: 'Is there a backup that is new enough, as large as always, and that can be restored?',
      from: 'now-7d',
    },
    place,
  );
  for (const panel of panels.numbers()) dashboard.withPanel(panel.height(4).span(8));
  return dashboard
    .withPanel(panels.jobs().height(9).span(24))
    .withPanel(panels.overdue().height(6).span(24))
    .withPanel(panels.failures().height(7).span(24))
    .withPanel(panels.ages().height(8).span(8))
    .withPanel(panels.durations().height(8).span(8))
    .withPanel(panels.sizes().height(8).span(8))
    .build();
}
