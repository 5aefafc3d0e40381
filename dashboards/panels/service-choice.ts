import type { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { QueryVariableBuilder, VariableRefresh, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { ServiceKind } from '../../stack/kinds.ts';
import { type Match, type SeriesName, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { metricsSource } from './data.ts';
import { trendPanel } from './lines.ts';
import { runbooks, toLogs, toService } from './links.ts';
import { bad, from, good, words } from './look.ts';

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
function toItsOwn(kind: ServiceKind, { withLogs }: Place): DashboardLinkBuilder[] {
  const chosen = `\${${kind}}`;
  return [toService(chosen), ...(withLogs ? [toLogs(chosen)] : [])];
}

interface ServerPanel {
  readonly kind: ServiceKind;
  readonly place: Place;
  readonly title?: string;
  readonly description: string;
  /** What its exporter says of it: 1 when it answers. */
  readonly up: SeriesName;
  readonly alerts: readonly string[];
}

/** Whether the server that was chosen answers its exporter; the first panel of each kind. */
export function serverPanel({ kind, place, title = 'Server', description, up, alerts }: ServerPanel): BigNumber {
  return trendPanel({
    ...{ id: 1, title, description, alerts },
    expr: `max(${of(kind)(up)})`,
    unit: 'none',
    colours: from(bad, [1, good]),
    none: 'not scraped',
  })
    .mappings([answersOrNot])
    .links([...runbooks({ alerts }), ...toItsOwn(kind, place)]);
}

/** Of `up`, or of what an exporter says of its server. */
const answersOrNot = words({ 0: ['does not answer', bad], 1: ['answers', good] });
