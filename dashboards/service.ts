import {
  type Dashboard,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import { metricsSource } from './panels/data.ts';
import { lines } from './panels/log-lines.ts';
import {
  certificate,
  failures,
  numbers,
  percentiles,
  phases,
  runs,
  slowest,
  statuses,
  upAndDown,
} from './panels/service-probes.ts';

/** Why is a service down, and how has it been? Every page links here, with its service and probe chosen. */
export function service(place: Place): Dashboard {
  const dashboard = frame(
    {
      uid: dashboardUids.service,
      title: 'Service',
      description: 'Why is a service down, and how has it been?',
      from: 'now-6h',
      ofService: true,
    },
    place,
  )
    .withVariable(serviceVariable())
    .withVariable(probeVariable());
  for (const panel of numbers()) dashboard.withPanel(panel.height(4).span(6));
  dashboard
    .withPanel(upAndDown().height(5).span(24))
    .withPanel(failures().height(5).span(24))
    .withRow(new RowBuilder('How long it takes').id(100))
    .withPanel(slowest().height(8).span(12))
    .withPanel(phases().height(8).span(12))
    .withPanel(percentiles().height(8).span(12))
    .withPanel(runs().height(8).span(12))
    .withRow(new RowBuilder('What it answers').id(110))
    .withPanel(statuses().height(6).span(12))
    .withPanel(certificate().height(6).span(12));
  if (place.withLogs) dashboard.withRow(new RowBuilder('Logs').id(120)).withPanel(lines().height(12).span(24));
  return dashboard.build();
}

function serviceVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('service')
    .label('Service')
    .query({ query: 'label_values(watchpost_probe_info,service)', refId: 'service' })
    .datasource(metricsSource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

function probeVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('probe')
    .label('Probe')
    .query({ query: 'label_values(watchpost_probe_info{service="$service"},probe)', refId: 'probe' })
    .datasource(metricsSource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' });
}
