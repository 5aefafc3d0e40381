import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import * as panels from './panels/postgres.ts';
import { replicas, replicationLag, slots } from './panels/postgres-replication.ts';
import { serviceOfKind } from './panels/service-choice.ts';

/** Has the database room for whoever asks, and who keeps it busy? */
export function postgres(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.postgres,
      title: 'PostgreSQL',
      description: 'Has the database room for whoever asks, and who keeps it busy?',
      from: 'now-6h',
    },
    place,
  ).withVariable(serviceOfKind('postgres', 'Database server'));
  for (const panel of panels.numbers(place)) dashboard.withPanel(panel.height(4).span(4));
  return dashboard
    .withRow(new RowBuilder('Connections').id(100))
    .withPanel(panels.connections().height(8).span(12))
    .withPanel(panels.holders().height(8).span(12))
    .withRow(new RowBuilder('Work').id(110))
    .withPanel(panels.transactions().height(8).span(8))
    .withPanel(panels.rowsTouched().height(8).span(8))
    .withPanel(panels.cacheHits().height(8).span(8))
    .withPanel(panels.longest().height(8).span(8))
    .withPanel(panels.locks().height(8).span(8))
    .withPanel(panels.brokenOff().height(8).span(8))
    .withRow(new RowBuilder('Room').id(120))
    .withPanel(panels.sizes().height(8).span(8))
    .withPanel(panels.writeAheadLog().height(8).span(8))
    .withPanel(panels.spilled().height(8).span(8))
    .withPanel(panels.tables().height(8).span(24))
    .withRow(new RowBuilder('Replication').id(130))
    .withPanel(replicationLag().height(8).span(8))
    .withPanel(replicas().height(8).span(8))
    .withPanel(slots().height(8).span(8))
    .build();
}
