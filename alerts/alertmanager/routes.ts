import type { Config } from '../../config/model.ts';
import { probeDown } from '../../stack/alert.ts';
import { watchdog } from '../../stack/alert-path.ts';
import { inOfficeHours } from './office-hours.ts';
import { type Audience, everybody, receiverName, teams, watchdogReceiver } from './teams.ts';

/** A route as Alertmanager writes it. */
export type Route = {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly active_time_intervals?: readonly string[];
  readonly routes?: readonly Route[];
};

/**
 * Nothing waits for what it need not. `group_interval` is also how long a notification may take, all its retries
 * together; it is never less than the channels' own time limits.
 */
const timing = {
  /** A confirmed fail: one group for each probe, so that no open group delays another one's page. */
  probeDown: {
    group_by: ['alertname', 'service', 'probe'],
    group_wait: '0s',
    group_interval: '30s',
    repeat_interval: '1h',
  },
  critical: { group_by: ['alertname', 'service'], group_wait: '5s', group_interval: '1m', repeat_interval: '1h' },
  warning: { group_by: ['alertname', 'service'], group_wait: '30s', group_interval: '5m', repeat_interval: '12h' },
  /** The entry of the last notification is stamped after sending: equal intervals would give half the rate. */
  watchdog: { group_by: ['alertname', 'source'], group_wait: '0s', group_interval: '30s', repeat_interval: '29s' },
} as const;

/** The routing tree: Watchdog first, then each team with channels of its own, then everybody else. */
export function rootRoute(config: Config): Route {
  return {
    receiver: receiverName(everybody(config), 'warning'),
    ...timing.warning,
    routes: [
      { receiver: watchdogReceiver, matchers: [`alertname="${watchdog}"`], ...timing.watchdog },
      metaRoute(config),
      ...teams(config).map((team) => ({
        receiver: receiverName(team, 'warning'),
        matchers: [`team="${team.team}"`],
        ...inOfficeHours(config),
        routes: bySeverity(team, config),
      })),
      ...bySeverity(everybody(config), config),
      // The root of the tree can have no hours.
      ...(config.officeHours
        ? [{ receiver: receiverName(everybody(config), 'warning'), ...inOfficeHours(config) }]
        : []),
    ],
  };
}

/** About the stack itself: every channel hears of it whatever its severity, since one of them may be what is broken. */
function metaRoute(config: Config): Route {
  const receiver = receiverName(everybody(config), 'critical');
  return {
    receiver,
    matchers: ['category="meta"'],
    ...timing.warning,
    routes: [{ receiver, matchers: ['severity="critical"'], ...timing.critical }],
  };
}

/** What falls through is a warning. */
function bySeverity(audience: Audience, config: Config): readonly Route[] {
  return [
    {
      receiver: receiverName(audience, 'warning'),
      matchers: [`alertname="${probeDown}"`],
      ...timing.probeDown,
      ...inOfficeHours(config),
      routes: [{ receiver: receiverName(audience, 'critical'), matchers: ['severity="critical"'] }],
    },
    { receiver: receiverName(audience, 'critical'), matchers: ['severity="critical"'], ...timing.critical },
  ];
}
