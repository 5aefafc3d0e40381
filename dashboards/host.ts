import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Config } from '../config/model.ts';
import { hostUnits } from '../stack/exporters.ts';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import * as containers from './panels/containers.ts';
import * as host from './panels/host.ts';
import * as disks from './panels/host-disks.ts';
import { serviceOfKind } from './panels/service-choice.ts';

/** Has the machine enough of everything, and who uses it? */
export function hostAndContainers(place: Place, config: Config): Dashboard {
  const has = (kind: 'host' | 'containers') => config.services.some((service) => service.kind === kind);
  const dashboard = frame(
    {
      uid: dashboardUids.host,
      title: 'Host and containers',
      description: 'Has the machine enough of everything, and who uses it?',
      from: 'now-6h',
    },
    place,
  );
  if (has('host')) {
    dashboard.withVariable(serviceOfKind('host', 'Host'));
    for (const panel of host.numbers(place)) dashboard.withPanel(panel.height(4).span(4));
    dashboard
      .withRow(new RowBuilder('Processor and memory').id(100))
      .withPanel(host.load().height(8).span(8))
      .withPanel(host.processor().height(8).span(8))
      .withPanel(host.memory().height(8).span(8))
      .withPanel(host.waiting().height(8).span(8))
      .withPanel(host.swapping().height(8).span(8))
      .withPanel(host.kills().height(8).span(8))
      .withRow(new RowBuilder('Disks').id(110))
      .withPanel(disks.fileSystems().height(8).span(12))
      .withPanel(disks.used().height(8).span(12))
      .withPanel(disks.throughput().height(8).span(12))
      .withPanel(disks.busy().height(8).span(12))
      .withRow(new RowBuilder('Network and clock').id(120))
      .withPanel(host.network().height(8).span(8))
      .withPanel(host.networkTroubles().height(8).span(8))
      .withPanel(host.clock().height(8).span(8));
    if (hostUnits(config.services).length > 0) {
      dashboard.withRow(new RowBuilder('systemd').id(130)).withPanel(host.units().height(8).span(24));
    }
  }
  if (has('containers')) {
    dashboard
      .withVariable(serviceOfKind('containers', 'Containers'))
      .withRow(new RowBuilder('Containers').id(140))
      .withPanel(containers.now().height(10).span(24))
      .withPanel(containers.processor().height(8).span(12))
      .withPanel(containers.memory().height(8).span(12))
      .withPanel(containers.memoryOfLimit().height(8).span(12))
      .withPanel(containers.throttled().height(8).span(12))
      .withPanel(containers.fetched().height(8).span(12))
      .withPanel(containers.troubles().height(8).span(12));
  }
  return dashboard.build();
}
