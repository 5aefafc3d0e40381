import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Config } from '../config/model.ts';
import type { ServiceKind } from '../stack/kinds.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { backups, hasBackups } from './backups.ts';
import type { Place } from './frame.ts';
import { hostAndContainers } from './host.ts';
import { logs } from './logs.ts';
import { monitoring } from './monitoring.ts';
import { nginx } from './nginx.ts';
import { overview } from './overview.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { service } from './service.ts';
import { slo } from './slo.ts';

interface Listed {
  readonly make: (place: Place, config: Config, surroundings: Surroundings) => Dashboard;
  /** Left out: it is always there. */
  readonly appliesTo?: (config: Config, surroundings: Surroundings) => boolean;
}

/** Every dashboard. They ask for names by variables and labels: a service that is added appears in them by itself. */
const dashboards: readonly Listed[] = [
  { make: overview },
  { make: service },
  { make: slo },
  { make: logs, appliesTo: (_config, { has }) => has('loki') },
  { make: monitoring },
  { make: hostAndContainers, appliesTo: ofKind('host', 'containers') },
  { make: postgres, appliesTo: ofKind('postgres') },
  { make: redis, appliesTo: ofKind('redis') },
  { make: nginx, appliesTo: ofKind('nginx') },
  { make: backups, appliesTo: hasBackups },
];

/** The dashboards that this configuration has something to show in, as Grafana reads them. */
export function generateDashboards(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  const place = { urls: config.urls, withLogs: surroundings.has('loki'), withTraces: config.otlp !== undefined };
  return dashboards
    .filter(({ appliesTo }) => appliesTo?.(config, surroundings) ?? true)
    .map(({ make }) => dashboardFile(make(place, config, surroundings)));
}

function ofKind(...kinds: readonly ServiceKind[]): (config: Config) => boolean {
  return ({ services }) => services.some(({ kind }) => kind !== undefined && kinds.includes(kind));
}

function dashboardFile(dashboard: Dashboard): GeneratedFile {
  if (!dashboard.uid) throw new Error(`dashboard "${dashboard.title}" has no uid`);
  return { path: `dashboards/generated/${dashboard.uid}.json`, content: `${JSON.stringify(dashboard, null, 2)}\n` };
}
