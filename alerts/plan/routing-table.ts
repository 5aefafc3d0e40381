import type { Config } from '../../config/model.ts';
import { severities } from '../../stack/labels.ts';
import type { Labels } from '../alertmanager/matchers.ts';
import { channelsOf, type Routed, routeOf } from '../alertmanager/routing.ts';
import { alertRules } from '../rules/index.ts';
import type { AlertRule } from '../rules/rule.ts';

/** A stranger among the teams: one that the configuration does not name. */
const strangers = 'strangers';

/** Who hears of an alert of this severity about what belongs to this team. */
export interface RoutingRow {
  readonly alert: string;
  readonly severity: string;
  readonly team: string;
  /** What routes look at. */
  readonly labels: Labels;
  readonly routed: Routed;
  readonly channels: ReturnType<typeof channelsOf>;
}

/** Every alert, in each severity that it can have, for every team that it can be about, one that is not known among them. */
export function routingTable(config: Config): readonly RoutingRow[] {
  const teams = new Set([...config.services.map(({ team }) => team), ...Object.keys(config.notify.teams), strangers]);
  return alertRules.filter((rule) => rule.appliesTo(config)).flatMap((rule) => routingRows(config, rule, [...teams]));
}

/** The rows of one alert; of its own team only where it has one. */
export function routingRows(config: Config, rule: AlertRule, teams: readonly string[]): readonly RoutingRow[] {
  const own: Labels = { alertname: rule.alert, ...rule.labels(config) };
  const levels = own.severity === undefined ? severities : [own.severity];
  return levels.flatMap((severity) =>
    (own.team === undefined ? teams : [own.team]).map((team): RoutingRow => {
      const labels = { ...own, severity, team };
      const routed = routeOf(config, labels);
      return { alert: rule.alert, severity, team, labels, routed, channels: channelsOf(config, routed.receiver) };
    }),
  );
}
