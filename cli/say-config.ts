import { resolve } from 'node:path';
import type { Channels, Config } from '../config/model.ts';
import { sayPath, shippedConfig } from './checkout.ts';

/** `4 probes of 2 services: app/live, app/ready, …` */
export function sayProbes(config: Config): string {
  const probes = config.services.flatMap((service) => service.probes.map((probe) => `${service.name}/${probe.name}`));
  const shown = probes.slice(0, 6).join(', ');
  const more = probes.length > 6 ? `, and ${probes.length - 6} more` : '';
  return `${count(probes.length, 'probe')} of ${count(config.services.length, 'service')}: ${shown}${more}`;
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Every place a page can go to, teams included: `Slack #alerts; e-mail to a@b.c; team data: Slack #data`. */
export function sayWherePagesGo(config: Config): string {
  const places = [
    ...sayChannels(config.notify),
    ...Object.entries(config.notify.teams).flatMap(([team, own]) =>
      sayChannels(own).map((text) => `team ${team}: ${text}`),
    ),
  ];
  return places.length > 0 ? places.join('; ') : 'nowhere but the log: no channel is configured';
}

function sayChannels({ slack, email }: Channels): readonly string[] {
  return [
    ...(slack ? [slack.channel ? `Slack ${slack.channel}` : 'Slack'] : []),
    ...(email ? [`e-mail to ${email.to.join(', ')} by ${email.smarthost.host}:${email.smarthost.port}`] : []),
  ];
}

export function sayConfigFile(file: string): string {
  const note = resolve(file) === shippedConfig ? '' : ', not the one in the checkout';
  return `${sayPath(file)}${note}`;
}
