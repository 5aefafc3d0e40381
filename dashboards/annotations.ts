import type { AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard';
import { logFields, logServiceName } from '../stack/log-fields.ts';
import { stream, where } from '../stack/logql.ts';
import { type Match, select } from '../stack/promql.ts';
import { logsSource, metricsSource } from './panels/data.ts';
import { bad, deployed } from './panels/look.ts';

/** Marks in every graph, asked for anew each time: none is lost when Grafana's own data base is. */

/** Of one service, or of all. */
type ServiceMatch = { readonly service?: Match };

/** Grafana's words for it are those of each data source; the SDK has the common ones only. */
interface Annotation {
  build(): AnnotationQuery;
}

/** From when to when a critical alert fired. */
export function criticalAlerts(match: ServiceMatch, except: readonly number[] = []): Annotation {
  const expr = select('ALERTS', { alertstate: 'firing', severity: 'critical', ...match });
  return annotation({
    name: 'Critical alerts',
    iconColor: bad,
    datasource: metricsSource,
    expr,
    titleFormat: '{{alertname}}',
    textFormat: '{{service}} {{probe}}',
    tagKeys: 'team',
    ...(except.length > 0 && { filter: { exclude: true, ids: [...except] } }),
  });
}

/** As the probe service logs them: all of them, with who and what. */
export function deploys({ service }: ServiceMatch): Annotation {
  const all = where(stream({ service_name: logServiceName }), logFields.event, 'deploy');
  return annotation({
    name: 'Deploys',
    iconColor: deployed,
    datasource: logsSource,
    expr: service === undefined ? all : where(all, logFields.service, service),
    queryType: 'range',
    titleFormat: '{{service}} {{version}}',
    textFormat: '{{colour}}',
    tagKeys: 'service,colour',
  });
}

/** The last of each service and colour, where there is no log store to ask for all of them. */
export function lastDeploys(match: ServiceMatch): Annotation {
  return annotation({
    name: 'Deploys',
    iconColor: deployed,
    datasource: metricsSource,
    expr: `${select('watchpost_deployed_timestamp_seconds', match)} * 1000`,
    // Not when it was scraped, but when it was: in milliseconds.
    useValueForTime: true,
    titleFormat: '{{service}} {{version}}',
    textFormat: '{{colour}}',
    tagKeys: 'service,colour',
  });
}

function annotation(given: Omit<AnnotationQuery, 'enable'> & Readonly<Record<string, unknown>>): Annotation {
  // `target` is where today's Grafana looks for the query, and the rest where it looks for how to show it.
  const target = { refId: 'Annotation', expr: given.expr, range: true, queryType: 'range' };
  return { build: () => ({ enable: true, ...given, target }) as unknown as AnnotationQuery };
}
