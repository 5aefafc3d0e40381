import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Config } from '../config/model.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { overview } from './overview.ts';
import { service } from './service.ts';

/** The dashboards, as Grafana reads them. They ask for names by variables, so they are the same for every configuration. */
export function generateDashboards(_config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  return [overview(), service({ withLogs: surroundings.has('loki') })].map(dashboardFile);
}

function dashboardFile(dashboard: Dashboard): GeneratedFile {
  if (!dashboard.uid) throw new Error(`dashboard "${dashboard.title}" has no uid`);
  return { path: `dashboards/generated/${dashboard.uid}.json`, content: `${JSON.stringify(dashboard, null, 2)}\n` };
}
