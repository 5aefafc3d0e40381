import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { logLevels } from '../stack/logql.ts';
import { select } from '../stack/promql.ts';
import { logsSource, metricsSource } from './panels/data.ts';

/** What the user chooses. Asked for again with every time range: a service that is added is there to choose. */

/** One service, of those that have probes. */
export function serviceVariable(): QueryVariableBuilder {
  return metricsLabel('service', 'Service', `label_values(${select('watchpost_probe_info')},service)`);
}

export function serviceWithObjectiveVariable(): QueryVariableBuilder {
  return metricsLabel('service', 'Service', `label_values(${select('slo:objective:ratio')},service)`);
}

export function probeVariable(): QueryVariableBuilder {
  const query = `label_values(${select('watchpost_probe_info', { service: '$service' })},probe)`;
  return metricsLabel('probe', 'Probe', query).multi(true).includeAll(true).current({ text: 'All', value: '$__all' });
}

/** Another service to look at beside it; `-`, which no service is called, where none is. */
export function compareVariable(): QueryVariableBuilder {
  const others = `group by (service) (${select('watchpost_probe_info', { service: { not: '$service' } })})`;
  return metricsLabel(
    'compare',
    'Beside',
    `query_result(label_replace(vector(0), "service", "-", "", "") or ${others})`,
  )
    .regex('/service="([^"]+)"/')
    .current({ text: '-', value: '-' });
}

/** Services as Loki knows them, any number. */
export function loggingServiceVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('service')
    .label('Service')
    .query({ refId: 'service', type: 1, label: 'service_name', stream: '' })
    .datasource(logsSource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: 'All', value: '$__all' });
}

export function levelVariable(): CustomVariableBuilder {
  return new CustomVariableBuilder('level')
    .label('Level')
    .values(logLevels.join(','))
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
}

export function searchVariable(): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder('search').label('Text').defaultValue('').current({ text: '', value: '' });
}

function metricsLabel(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .query({ query, refId: name })
    .datasource(metricsSource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}
