import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Config } from '../config/model.ts';
import { dashboardUids } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { frame, type Place } from './frame.ts';
import { configurations, partsOverTime, troubles } from './panels/monitoring.ts';
import * as collector from './panels/monitoring-alloy.ts';
import * as grafana from './panels/monitoring-grafana.ts';
import * as store from './panels/monitoring-loki.ts';
import { numbers } from './panels/monitoring-numbers.ts';
import * as path from './panels/monitoring-path.ts';
import * as prober from './panels/monitoring-prober.ts';
import * as prometheus from './panels/monitoring-prometheus.ts';

/** Would a page arrive now, and is everything seen that it would be about? */
export function monitoring(place: Place, _config: Config, { has }: Surroundings): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.monitoring,
      title: 'The monitoring itself',
      description: 'Would a page arrive now, and is everything seen that it would be about?',
      from: 'now-6h',
    },
    place,
  );
  for (const panel of numbers()) dashboard.withPanel(panel.height(4).span(4));
  dashboard
    .withPanel(partsOverTime().height(8).span(10))
    .withPanel(configurations().height(8).span(4))
    .withPanel(troubles().height(8).span(10))
    .withRow(new RowBuilder('From a rule to a message').id(110))
    .withPanel(path.funnel().height(5).span(24))
    .withPanel(path.roundTrip().height(8).span(8))
    .withPanel(path.alerts().height(8).span(8))
    .withPanel(path.messages().height(8).span(8))
    .withPanel(path.latency().height(8).span(8))
    .withPanel(path.failures().height(8).span(8))
    .withPanel(path.ownMessages().height(8).span(8))
    .withPanel(path.brokenAt().height(6).span(24))
    .withRow(new RowBuilder('Prometheus').id(130))
    .withPanel(prometheus.targets().height(9).span(12))
    .withPanel(prometheus.slowestScrapes().height(9).span(12))
    .withPanel(prometheus.slowestRules().height(8).span(8))
    .withPanel(prometheus.ruleFailures().height(8).span(8))
    .withPanel(prometheus.series().height(8).span(8))
    .withPanel(prometheus.storage().height(8).span(8))
    .withPanel(prometheus.memoryOfParts().height(8).span(8))
    .withPanel(prometheus.processorOfParts().height(8).span(8))
    .withRow(new RowBuilder('The probe service').id(150))
    .withPanel(prober.lateness().height(8).span(8))
    .withPanel(prober.eventLoop().height(8).span(8))
    .withPanel(prober.leftOut().height(8).span(8))
    .withPanel(prober.inconclusive().height(8).span(8))
    .withPanel(prober.runs().height(8).span(8))
    .withPanel(prober.cost().height(8).span(8))
    .withPanel(prober.controls().height(7).span(8))
    .withPanel(prober.records().height(7).span(8))
    .withPanel(prober.waiting().height(7).span(8));
  if (place.withLogs) {
    dashboard
      .withRow(new RowBuilder('The log store').id(170))
      .withPanel(store.ingest().height(8).span(8))
      .withPanel(store.refused().height(8).span(8))
      .withPanel(store.requests().height(8).span(8))
      .withPanel(store.ages().height(8).span(8))
      .withPanel(store.inMemory().height(8).span(8))
      .withPanel(store.ruler().height(8).span(8));
  }
  if (has('alloy')) {
    dashboard
      .withRow(new RowBuilder('The log collector').id(190))
      .withPanel(collector.entries().height(8).span(6))
      .withPanel(collector.lost().height(8).span(6))
      .withPanel(collector.latency().height(8).span(6))
      .withPanel(collector.components().height(8).span(6));
  }
  if (has('grafana')) {
    dashboard
      .withRow(new RowBuilder('Grafana').id(200))
      .withPanel(grafana.answers().height(8).span(12))
      .withPanel(grafana.slowness().height(8).span(12));
  }
  return dashboard.build();
}
