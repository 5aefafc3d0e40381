import type { Channels, Config, ProbeConfig, ServiceConfig } from '../../config/model.ts';
import { probeDown } from '../../stack/alert.ts';
import { watchdog } from '../../stack/alert-path.ts';
import type { LogSighting } from '../../stack/log-alerts.ts';
import { fewestServices, manyServices } from '../../stack/many-services.ts';
import type { Labels } from '../alertmanager/matchers.ts';
import { channelsOf, type Routed, routeOf } from '../alertmanager/routing.ts';
import { alertRules } from '../rules/index.ts';
import type { AlertRule } from '../rules/rule.ts';
import { labelsOf, type Mute, mutesOf } from './mutes.ts';
import {
  type Times,
  untilAlerted,
  untilAlertOver,
  untilLogAlerted,
  untilLogAlertOver,
  untilOver,
  untilPaged,
} from './times.ts';
import { serviceWarnings } from './warnings.ts';

/** Where a page goes: `{ kind: 'slack', to: '#alerts' }`. Without a channel of its own Slack's `to` is empty. */
export interface Heard {
  readonly kind: keyof Channels;
  readonly to: string;
}

interface Planned extends Times {
  readonly severity: string;
  readonly team: string;
  /** From the mending, or from when the alert's metric is right again, to the message that says so. */
  readonly over: Times;
  /** Alertmanager's receiver. */
  readonly receiver: string;
  /** Empty: nobody hears of it but the log of the probe service. */
  readonly channels: readonly Heard[];
  /** A page that begins outside the office hours waits for them. */
  readonly inOfficeHours: boolean;
  /** What nobody is told of meanwhile. */
  readonly mutes: readonly Mute[];
}

/** A probe, and how long after a fault that answers at once (a refusal, a status 500) it pages. */
export interface ProbePlan extends Planned {
  readonly service: string;
  readonly probe: string;
  /** … and after one that hangs, so that each attempt uses up its time limit. Left out where the probe awaits a job's report. */
  readonly worstHangingMs?: number;
}

/** An alert, and how long after the fault is in a metric it pages. ProbeDown is what probes page by, and Watchdog pages nobody: neither is among them. */
export interface AlertPlan extends Planned {
  readonly alert: string;
  /** Left out where it may be about any. */
  readonly service?: string;
  readonly slo?: string;
}

/** What somebody should know before it happens. */
export interface PlanWarning {
  readonly service: string;
  readonly text: string;
}

export interface PagePlan {
  /** In file order. */
  readonly probes: readonly ProbePlan[];
  readonly alerts: readonly AlertPlan[];
  /** The one page for many services that fail at once. Left out where there are too few of them. */
  readonly manyServices?: Pick<Planned, 'receiver' | 'channels' | 'mutes'>;
  readonly warnings: readonly PlanWarning[];
}

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
