import type { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { QueryVariableBuilder, VariableRefresh, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ServiceKind } from '../../stack/kinds.ts';
import { type Match, type SeriesName, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { metricsSource } from './data.ts';
import { toLogs, toService } from './links.ts';
import { bad, good, words } from './look.ts';

/**
 * Which service of a kind a dashboard is about. Each kind has a variable of its own: a service that was chosen elsewhere may
 * be of another kind, and there would be nothing to see.
 */
export function serviceOfKind(kind: ServiceKind, label: string): QueryVariableBuilder {
  return new QueryVariableBuilder(kind)
    .label(label)
    .query({ query: `label_values(${select('up', { job: kind })},service)`, refId: kind })
    .datasource(metricsSource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

type Selector = (name: SeriesName, match?: Readonly<Record<string, Match>>) => string;

/** Selects series of the service that was chosen: `of('postgres')('pg_up')`. */
export function of(kind: ServiceKind): Selector {
  return (name, match = {}) => select(name, { service: `$${kind}`, ...match });
}

/** To what its probes say, and to its log lines where there is a Loki. */
export function toItsOwn(kind: ServiceKind, { withLogs }: Place): DashboardLinkBuilder[] {
  const chosen = `\${${kind}}`;
  return [toService(chosen), ...(withLogs ? [toLogs(chosen)] : [])];
}

/** Of `up`, or of what an exporter says of its server. */
export const answersOrNot = words({ 0: ['does not answer', bad], 1: ['answers', good] });
