import { channelsFor } from '../../stack/channels.ts';
import type { Plan } from '../model.ts';
import type { Channels } from './channels.ts';
import type { Delivery, Pager } from './index.ts';

export const channelNames = ['slack', 'email'] as const satisfies readonly Delivery['channel'][];
export type ChannelName = (typeof channelNames)[number];

export type MakePager = (channels: (team: string) => Channels) => Pager;

/** A pager for each channel, so that a retry on one does not repeat what another has delivered. */
export function pagersByChannel(make: MakePager, plan: () => Plan): ReadonlyMap<ChannelName, Pager> {
  return new Map(
    channelNames.map((name) => [name, make((team) => only(name, teamChannels(plan().notify, team)))] as const),
  );
}

/** The channels that hear of this alert. Chosen from the whole set: a pager for one channel could not know of the other. */
export function channelsOf(
  { notify }: Pick<Plan, 'notify'>,
  { team, severity }: { readonly team: string; readonly severity: string },
): Channels {
  return channelsFor(severity, teamChannels(notify, team));
}

function teamChannels({ teams, default: common }: Plan['notify'], team: string): Channels {
  return Object.hasOwn(teams, team) ? (teams[team] ?? common) : common;
}

function only(name: ChannelName, channels: Channels): Channels {
  const channel = channels[name];
  return channel ? { [name]: channel } : {};
}
