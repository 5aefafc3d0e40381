import {
  type Dashboard,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { logsVariable, metricsSource, metricsVariable } from './panels/data.ts';
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
export function service({ withLogs }: { readonly withLogs: boolean }): Dashboard {
  const dashboard = new DashboardBuilder('Service')
    .uid(dashboardUids.service)
    .description('Why is a service down, and how has it been?')
    .tags(['watchpost'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .readonly()
    .link(
      new DashboardLinkBuilder('Overview')
        .type(DashboardLinkType.Link)
        .url(`/d/${dashboardUids.overview}`)
        .icon('arrow-left'),
    )
    .withVariable(serviceVariable())
    .withVariable(probeVariable())
    .withVariable(metricsVariable());
  if (withLogs) dashboard.withVariable(logsVariable());
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
  if (withLogs) dashboard.withRow(new RowBuilder('Logs').id(120)).withPanel(lines().height(12).span(24));
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
