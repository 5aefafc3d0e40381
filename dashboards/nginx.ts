import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import * as panels from './panels/nginx.ts';
import { failedRequests, statuses } from './panels/nginx-log.ts';
import { serviceOfKind } from './panels/service-choice.ts';

/** Does nginx take all that comes, and what does it answer? */
export function nginx(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.nginx,
      title: 'nginx',
      description: 'Does nginx take all that comes, and what does it answer?',
      from: 'now-6h',
    },
    place,
  ).withVariable(serviceOfKind('nginx', 'nginx'));
  for (const panel of panels.numbers(place)) dashboard.withPanel(panel.height(4).span(6));
  dashboard
    .withPanel(panels.connections().height(8).span(12))
    .withPanel(panels.requests().height(8).span(12))
    .withPanel(panels.taken().height(8).span(12))
    .withPanel(panels.dropped().height(8).span(12));
  if (place.withLogs) {
    dashboard
      .withRow(new RowBuilder('Its access log').id(100))
      .withPanel(statuses().height(10).span(8))
      .withPanel(failedRequests().height(10).span(16));
  }
  return dashboard.build();
}
