import type { Channels, Config } from '../../config/model.ts';

/** Who hears of an alert. */
export interface Audience {
  /** What its receivers are named after. */
  readonly name: string;
  readonly channels: Channels;
}

export interface Team extends Audience {
  /** The alert's `team` label. */
  readonly team: string;
}

/** The teams that have channels of their own. */
export function teams(config: Config): readonly Team[] {
  return Object.entries(config.notify.teams).map(([team, channels]) => ({ team, name: `team-${team}`, channels }));
}

/** Everybody else. */
export function everybody(config: Config): Audience {
  return { name: 'everybody', channels: config.notify };
}

/** The receiver of an audience for alerts of a severity. */
export function receiverName(audience: Audience, severity: 'critical' | 'warning'): string {
  return `${audience.name}-${severity}`;
}

/** The receiver that the Watchdog alert comes back to the probe service by. */
export const watchdogReceiver = 'watchdog';
