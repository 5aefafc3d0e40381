import type { Config, ProbeConfig, ServiceConfig } from '../../config/model.ts';
import { probeDown } from '../../stack/alert.ts';
import { watchdog } from '../../stack/alert-path.ts';
import type { LogSighting } from '../../stack/log-alerts.ts';
import { fewestServices, manyServices } from '../../stack/many-services.ts';
import type { Labels } from '../alertmanager/matchers.ts';
import { channelsOf, type Routed, routeOf } from '../alertmanager/routing.ts';
import { alertRules } from '../rules/index.ts';
import type { AlertRule } from '../rules/rule.ts';
import type { AlertPlan, Heard, PagePlan, ProbePlan } from './model.ts';
import { labelsOf, type Mute, mutesOf } from './mutes.ts';
import { untilAlerted, untilAlertOver, untilLogAlerted, untilLogAlertOver, untilOver, untilPaged } from './times.ts';
import { serviceWarnings } from './warnings.ts';

/**
 * Who is paged for what, how soon, and what is silent meanwhile: computed from what the generators write. Nothing is run.
 * @param logs what Loki's ruler can tell of, where it runs
 */
export function planPages(config: Config, logs: readonly LogSighting[] = []): PagePlan {
  const mutes = mutesOf(config, logs);
  const probes = config.services.flatMap((service) =>
    service.probes.map((probe) => probePlan(config, service, probe, mutes)),
  );
  const rules = alertRules.filter((rule) => rule.appliesTo(config) && ![probeDown, watchdog].includes(rule.alert));
  return {
    probes,
    alerts: [...rules.flatMap((rule) => alertPlans(config, rule, mutes)), ...logPlans(config, logs, mutes)],
    ...(config.services.length >= fewestServices && { manyServices: manyPlan(config, mutes) }),
    warnings: config.services.flatMap((service) => serviceWarnings(service, probes)),
  };
}

function manyPlan(config: Config, mutes: (source: Labels) => readonly Mute[]): PagePlan['manyServices'] {
  const labels = { alertname: probeDown, ...manyServices };
  const { receiver, channels } = heard(config, routeOf(config, labels));
  return { receiver, channels, mutes: mutes(labels) };
}

function probePlan(
  config: Config,
  { name: service, team }: ServiceConfig,
  probe: ProbeConfig,
  mutes: (source: Labels) => readonly Mute[],
): ProbePlan {
  const labels = { alertname: probeDown, service, team, ...labelsOf(probe) };
  const routed = routeOf(config, labels);
  return {
    ...{ service, probe: probe.name, severity: probe.severity, team },
    ...untilPaged(config, probe, routed, false),
    ...(probe.awaitsMs === 0 && { worstHangingMs: untilPaged(config, probe, routed, true).worstMs }),
    over: untilOver(config, probe, routed),
    ...heard(config, routed),
    mutes: mutes(labels),
  };
}

/** One for each of those who hear of it; what it may be about adds up to one where the same people do. */
function alertPlans(config: Config, rule: AlertRule, mutes: (source: Labels) => readonly Mute[]): readonly AlertPlan[] {
  const all = rule.sightings(config).map((sighting): AlertPlan => {
    const { team, service, slo, severity } = sighting;
    const labels: Labels = {
      alertname: rule.alert,
      team,
      ...(service && { service }),
      ...(slo && { slo }),
      ...(severity && { severity }),
      ...rule.labels(config),
    };
    const routed = routeOf(config, labels);
    return {
      ...{ alert: rule.alert, severity: labels.severity ?? '', team },
      ...(service !== undefined && { service }),
      ...(slo !== undefined && { slo }),
      ...untilAlerted(rule, sighting, routed),
      over: untilAlertOver(routed),
      ...heard(config, routed),
      mutes: mutes(labels),
    };
  });
  return oneForAll(all);
}

function logPlans(
  config: Config,
  logs: readonly LogSighting[],
  mutes: (source: Labels) => readonly Mute[],
): readonly AlertPlan[] {
  const all = logs.map(({ alert, labels: own, ...timing }): AlertPlan => {
    const labels: Labels = { ...own, alertname: alert };
    const routed = routeOf(config, labels);
    return {
      ...{ alert, severity: own.severity ?? '', team: own.team ?? '' },
      ...untilLogAlerted(timing, routed),
      over: untilLogAlertOver(timing, routed),
      ...heard(config, routed),
      mutes: mutes(labels),
    };
  });
  return oneForAll(all);
}

/** Of an alert about several things: one for each of those who hear of it. */
function oneForAll(all: readonly AlertPlan[]): readonly AlertPlan[] {
  const alike = Map.groupBy(all, ({ alert, receiver, severity, service, slo }) =>
    JSON.stringify([alert, receiver, severity, service, slo]),
  );
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const both = [first, ...others];
    return [
      {
        ...first,
        typicalMs: Math.min(...both.map(({ typicalMs }) => typicalMs)),
        worstMs: Math.max(...both.map(({ worstMs }) => worstMs)),
      },
    ];
  });
}

function heard(config: Config, { receiver, inOfficeHours }: Routed) {
  const { slack, email } = channelsOf(config, receiver);
  const channels: readonly Heard[] = [
    ...(slack ? [{ kind: 'slack' as const, to: slack.channel ?? '' }] : []),
    ...(email?.to ?? []).map((to) => ({ kind: 'email' as const, to })),
  ];
  return { receiver, channels, inOfficeHours };
}
