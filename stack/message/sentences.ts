import { probeDown } from '../alert.ts';
import { annotation, type Facts, label, type Status } from './facts.ts';

/** What is seen first, on the lock screen: `🔴 panel/ready is down · production`. `more` goes behind the first alert. */
export function title(facts: Facts, status: Status, more = ''): string {
  return `${sign(facts, status)} ${headline(facts, status)}${more}${place(facts)}`;
}

/** The same in words only: `panel/ready is down`, `panel/ready is up again after 3 min`. */
export function headline(facts: Facts, status: Status): string {
  const summary = facts.when(annotation('summary'), facts.say(annotation('summary')), facts.say(label('alertname')));
  if (status === 'firing') return summary;
  const probe = `${facts.say(label('service'))}/${facts.say(label('probe'))}`;
  return facts.whenLabel(
    'alertname',
    probeDown,
    `${probe} is up again after ${facts.lasted}`,
    `Resolved after ${facts.lasted}: ${summary}`,
  );
}

/** Since when: `Since 02:14:07 UTC (3 min)`. */
export function times(facts: Facts, status: Status): string {
  if (status === 'firing') return `Since ${facts.began} (${facts.lasted})`;
  return `Began ${facts.began}, ended ${facts.ended}`;
}

/** How bad it is: found against expected; what has no such pair says it in its own words. `of` puts a value in. */
export function lead(facts: Facts, status: Status, of: Facts['say'] = facts.say): string {
  const found = `${of(annotation('found'))}, expected ${of(annotation('expected'))}`;
  return facts.when(
    annotation('found'),
    `${status === 'firing' ? 'Found' : 'It was: found'} ${found}.`,
    facts.say(annotation('description')),
  );
}

/** Where `lead` says something. */
export function whenLead(facts: Facts, then: string): string {
  return facts.when(annotation('found'), then, facts.when(annotation('description'), then));
}

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
  return facts.when(label('environment'), ` · ${facts.say(label('environment'))}`);
}
