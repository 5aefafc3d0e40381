import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import * as panels from './panels/redis.ts';
import { changes, files, replicas, replicationLag } from './panels/redis-persistence.ts';
import { serviceOfKind } from './panels/service-choice.ts';

/** Has Redis room, does it find what is asked for, and is it safe on the disk? */
export function redis(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.redis,
      title: 'Redis',
      description: 'Has Redis room, does it find what is asked for, and is it safe on the disk?',
      from: 'now-6h',
    },
    place,
  ).withVariable(serviceOfKind('redis', 'Redis server'));
  for (const panel of panels.numbers(place)) dashboard.withPanel(panel.height(4).span(4));
  return dashboard
    .withRow(new RowBuilder('Memory and keys').id(100))
    .withPanel(panels.memory().height(8).span(8))
    .withPanel(panels.keys().height(8).span(8))
    .withPanel(panels.removed().height(8).span(8))
    .withRow(new RowBuilder('Work').id(110))
    .withPanel(panels.found().height(8).span(8))
    .withPanel(panels.commands().height(8).span(8))
    .withPanel(panels.slowest().height(8).span(8))
    .withPanel(panels.clients().height(8).span(8))
    .withPanel(panels.refused().height(8).span(8))
    .withPanel(panels.traffic().height(8).span(8))
    .withRow(new RowBuilder('Disk and replicas').id(120))
    .withPanel(changes().height(8).span(6))
    .withPanel(files().height(8).span(6))
    .withPanel(replicationLag().height(8).span(6))
    .withPanel(replicas().height(8).span(6))
    .build();
}
