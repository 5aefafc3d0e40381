import { annotation, type Fact, type Facts, label, linkNames, links, note, type Status } from './facts.ts';
import { headline, identity, lead, times, whenLead } from './sentences.ts';

/** The plain text of one alert. The first line is what a phone shows below the subject. */
export function mailText(facts: Facts, status: Status): string {
  const { say, when } = facts;
  const row = (name: string, fact: Fact, value = say(fact)) => when(fact, `\n${`${name}:`.padEnd(10)} ${value}`);
  const target = when(annotation('found'), row('Target', label('target')));
  return [
    whenLead(facts, `${lead(facts, status)}\n`),
    `${times(facts, status)}.\n`,
    `\n${headline(facts, status)}\n`,
    when(note, `\n${say(note)}\n`),
    row('Reason', annotation('reason'), facts.reason()),
    target,
    ...(status === 'firing' ? [row('Affects', annotation('affects')), row('Do first', annotation('action'))] : []),
    '\n',
    ...linkNames.map((name) => facts.whenLink(name, (url) => `\n${`${links[name]}:`.padEnd(10)} ${url}`)),
    `\n\n${identity(facts)}\n`,
  ].join('');
}

/** The value of the header `X-Watchpost-Alert`, for filters: `ProbeDown; status=firing; severity=critical; …`. */
export function alertHeader(facts: Facts, status: Status): string {
  const { say, when } = facts;
  return [
    `${say(label('alertname'))}; status=${status}`,
    ...['severity', 'service', 'probe', 'team', 'stack', 'environment'].map((name) =>
      when(label(name), `; ${name}=${say(label(name))}`),
    ),
  ].join('');
}

/** The value of `List-Id` (RFC 2919): one list for each stack, so that a mailbox can sort by it. */
export function listId(facts: Facts): string {
  return `Watchpost <${facts.when(label('stack'), `${facts.say(label('stack'))}.`)}watchpost.localhost>`;
}

/** The same in every mail of ours: no answering machine answers it (RFC 3834). */
export const mailHeaders = { 'Auto-Submitted': 'auto-generated' } as const;
