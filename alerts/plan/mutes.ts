import type { Config } from '../../config/model.ts';
import type { LogSighting } from '../../stack/log-alerts.ts';
import { inhibitRules } from '../alertmanager/inhibition.ts';
import type { Labels } from '../alertmanager/matchers.ts';
import { muting } from '../alertmanager/muting.ts';
import { alertRules } from '../rules/index.ts';

/** An alert that nobody is told of meanwhile. */
export interface Mute {
  readonly alert: string;
  /** Of which services, in file order; empty where it is about none. */
  readonly services: readonly string[];
}

/** What each alert would mute of the others while it fires. */
export function mutesOf(config: Config, logs: readonly LogSighting[]): (source: Labels) => readonly Mute[] {
  const ofLogs = logs.map(({ alert, labels }): Labels => ({ ...labels, alertname: alert }));
  const mutedBy = muting(inhibitRules(config), [...possibleAlerts(config), ...ofLogs]);
  return (source) => {
    const services = new Map<string, Set<string>>();
    for (const { target } of mutedBy(source)) {
      const { alertname = '', service } = target;
      const own = services.get(alertname) ?? new Set<string>();
      if (service) own.add(service);
      services.set(alertname, own);
    }
    return [...services].map(([alert, own]) => ({ alert, services: [...own] }));
  };
}

/** Every alert about every thing that it may be about, with the labels that inhibition looks at. */
function possibleAlerts(config: Config): readonly Labels[] {
  const probed = config.services.flatMap(({ name, team, probes }) => [
    { service: name, team },
    ...probes.map((probe) => ({ service: name, team, ...labelsOf(probe) })),
  ]);
  return alertRules
    .filter((rule) => rule.appliesTo(config))
    .flatMap((rule) => {
      const labels = { alertname: rule.alert, ...rule.labels(config) };
      const burning = rule
        .sightings(config)
        .flatMap(({ service, slo, team }) => (service && slo ? [{ service, slo, team }] : []));
      return [labels, ...(burning.length > 0 ? burning : probed).map((subject) => ({ ...subject, ...labels }))];
    });
}

/** The target stands for itself: each probe has one. */
export function labelsOf({ name, severity }: { readonly name: string; readonly severity: string }): Labels {
  return { probe: name, target: name, severity };
}
