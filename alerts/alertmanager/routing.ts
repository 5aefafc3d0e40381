import type { Channels, Config } from '../../config/model.ts';
import { channelsFor } from '../../stack/channels.ts';
import { parseDuration } from '../../stack/duration.ts';
import { severities } from '../../stack/labels.ts';
import { type Labels, matchesAll } from './matchers.ts';
import { type Route, rootRoute } from './routes.ts';
import { everybody, receiverName, teams } from './teams.ts';

/** What becomes of an alert in Alertmanager. */
export interface Routed {
  readonly receiver: string;
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  /** It is sent in office hours only. */
  readonly inOfficeHours: boolean;
}

/** The way of an alert with these labels through the tree: the first child that takes it, as deep as it goes. */
export function routeOf(config: Config, labels: Labels): Routed {
  let route: Route = rootRoute(config);
  // Alertmanager hands down everything but the hours.
  let inherited: Route = route;
  for (;;) {
    const next: Route | undefined = route.routes?.find(({ matchers = [] }) => matchesAll(matchers, labels));
    if (!next) break;
    inherited = { ...inherited, ...next };
    route = next;
  }
  return {
    receiver: route.receiver,
    groupWaitMs: durationOf(inherited.group_wait),
    groupIntervalMs: durationOf(inherited.group_interval),
    repeatIntervalMs: durationOf(inherited.repeat_interval),
    inOfficeHours: route.active_time_intervals !== undefined,
  };
}

/** The channels behind a receiver; none of it is one where the alert goes back to the probe service and nobody else. */
export function channelsOf(config: Config, receiver: string): Channels {
  for (const audience of [...teams(config), everybody(config)]) {
    for (const severity of severities) {
      if (receiverName(audience, severity) === receiver) return channelsFor(severity, audience.channels);
    }
  }
  return {};
}

function durationOf(text: string | undefined): number {
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined) throw new Error(`no duration of a route: ${text}`);
  return ms;
}
