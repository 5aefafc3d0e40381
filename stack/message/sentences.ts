import { probeDown } from '../alert.ts';
import { annotation, type Facts, label, type Status } from './facts.ts';

/** What is seen first, on the lock screen: `🔴 panel/ready is down · production`. `more` goes behind the first alert. */
export function title(facts: Facts, status: Status, more = ''): string {
  return `${sign(facts, status)} ${headline(facts, status)}${more}${place(facts)}`;
}

/** The same in words only: `panel/ready is down`, `panel/ready is up again after 3 min`. */
export function headline(facts: Facts, status: Status): string {
  const summary = facts.when(annotation('summary'), facts.name(annotation('summary')), facts.name(label('alertname')));
  if (status === 'firing') return summary;
  const probe = `${facts.name(label('service'))}/${facts.name(label('probe'))}`;
  return facts.whenLabel(
    'alertname',
    probeDown,
    `${probe} is up again after ${facts.lasted}`,
    `Resolved after ${facts.lasted}: ${summary}`,
  );
}

/** When: `Since 02:14:07 UTC (3 min)`, `From 02:14:07 to 02:17:12 UTC`. In the time zone that the logs have too. */
export function times(facts: Facts, status: Status): string {
  if (status === 'firing') return `Since ${facts.began} UTC (${facts.lasted})`;
  return `From ${facts.began} to ${facts.ended} UTC`;
}

/** How bad it is: found against expected; what has no such pair says it in its own words. `of` puts a value in. */
export function lead(facts: Facts, status: Status, of: Facts['say'] = facts.say): string {
  const found = `${of(annotation('found'))}, expected ${of(annotation('expected'))}`;
  return facts.when(
    annotation('found'),
    `${status === 'firing' ? 'Found' : 'Had found'} ${found}.`,
    facts.say(annotation('description')),
  );
}

/** Where `lead` says something. A description speaks of the present, and is no longer true when it is over. */
export function whenLead(facts: Facts, status: Status, then: string): string {
  const described = status === 'firing' ? facts.when(annotation('description'), then) : '';
  return facts.when(annotation('found'), then, described);
}

/** What follows the title where there is room for one line only: the text of a notification on a phone. */
export function preview(facts: Facts, status: Status): string {
  return status === 'firing' ? whenLead(facts, status, `: ${lead(facts, status)}`) : `: ${times(facts, status)}`;
}

/** What was found out about the failure: its names, and where it stands. */
export const findings = [
  ['Tried', annotation('diagnosis')],
  ['Changed', annotation('changed')],
  ['Down from', annotation('seen_from')],
] as const;

/** Which alert this is, for whoever looks for it: `ProbeDown · critical · team ops · stack panel`. */
export function identity(facts: Facts): string {
  const { say, when } = facts;
  return [
    say(label('alertname')),
    when(label('severity'), ` · ${say(label('severity'))}`),
    when(label('team'), ` · team ${say(label('team'))}`),
    when(label('stack'), ` · stack ${say(label('stack'))}`),
  ].join('');
}

/** A coloured dot for the severity, a tick for the end. */
function sign(facts: Facts, status: Status): string {
  return status === 'resolved' ? '✅' : facts.whenLabel('severity', 'critical', '🔴', '🟡');
}

function place(facts: Facts): string {
  return facts.when(label('environment'), ` · ${facts.name(label('environment'))}`);
}
