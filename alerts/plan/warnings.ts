import type { ServiceConfig } from '../../config/model.ts';
import { probeDown } from '../../stack/alert.ts';
import { formatDuration, sayDuration } from '../../stack/duration.ts';
import type { PlanWarning, ProbePlan } from './model.ts';

/** Longer than this nothing critical should be down unheard. */
const patienceMs = 60_000;

/** What is wrong with whether anybody hears that the service is down, and how soon. */
export function serviceWarnings(service: ServiceConfig, all: readonly ProbePlan[]): readonly PlanWarning[] {
  const own = all.filter((plan) => plan.service === service.name);
  const about = (text: string): PlanWarning => ({ service: service.name, text });
  // Of a kind, its exporter tells.
  if (own.length === 0)
    return service.kind === undefined ? [about('nothing probes it: nobody hears when it is down')] : [];
  if (own.every(({ channels }) => channels.length === 0)) {
    return [about('no channel is configured for it: nobody hears when it is down')];
  }
  return [sayLate(service, own), sayUntold(own, all)].filter((text) => text !== undefined).map(about);
}

/** Its page mutes those of the services behind it: whoever only they would have told hears nothing of the outage. */
function sayUntold(own: readonly ProbePlan[], all: readonly ProbePlan[]): string | undefined {
  const places = (plans: readonly ProbePlan[]) =>
    new Set(
      plans.flatMap(({ channels }) => channels.map(({ kind, to }) => (kind === 'slack' ? `Slack ${to}`.trim() : to))),
    );
  const told = places(own);
  const behind = new Set(
    own.flatMap(({ mutes }) => mutes.flatMap(({ alert, services }) => (alert === probeDown ? services : []))),
  );
  const untold = [...places(all.filter(({ service }) => behind.has(service)))].filter((place) => !told.has(place));
  if (untold.length === 0) return undefined;
  const services = behind.size > 3 ? `${behind.size} services behind it` : [...behind].join(', ');
  return `while it is down, nothing is said of ${services}, and its own page goes to ${[...told].join(', ')} only: ${untold.join(', ')} would not hear`;
}

/**
 * That a service is down is known by the fastest of its probes that is heard at any hour, if only one of them is critical.
 * What a job leaves behind is late by nature, and as late as the user wrote.
 */
function sayLate({ name, probes }: ServiceConfig, own: readonly ProbePlan[]): string | undefined {
  const looking = probes.flatMap((probe) => {
    const plan = own.find((planned) => planned.probe === probe.name);
    return plan?.worstHangingMs === undefined ? [] : [{ probe, plan, hangingMs: plan.worstHangingMs }];
  });
  if (!looking.some(({ probe }) => probe.severity === 'critical')) return undefined;
  const heard = looking.filter(({ plan }) => !plan.inOfficeHours && plan.channels.length > 0);
  const [fastest] = heard.toSorted((a, b) => a.hangingMs - b.hangingMs);
  if (!fastest || fastest.hangingMs <= patienceMs) return undefined;
  const { probe, plan, hangingMs } = fastest;
  const [how, ms] = plan.worstMs > patienceMs ? ['be down', plan.worstMs] : ['hang', hangingMs];
  const { everyMs, timeoutMs, confirm } = probe;
  const recheck = confirm === 1 ? 're-check' : 're-checks';
  const timing = `every ${formatDuration(everyMs)}, timeout ${formatDuration(timeoutMs)}, ${confirm} ${recheck}`;
  return `it can ${how} for ${sayDuration(ms)} before anybody hears; its fastest probe is ${name}/${probe.name}: ${timing}`;
}
