import { annotation, type Facts, label, linkNames, links, note, type Status } from './facts.ts';
import { findings, headline, identity, lead, times, whenLead } from './sentences.ts';

/** The plain text of one alert. The first line is what a phone shows below the subject. */
export function mailText(facts: Facts, status: Status): string {
  const { say, when } = facts;
  const reason = annotation('reason');
  const first =
    status === 'firing'
      ? `${whenLead(facts, status, `${lead(facts, status)}\n`)}${times(facts, status)}.\n`
      : `${times(facts, status)}.\n${whenLead(facts, status, `${lead(facts, status)}\n`)}`;
  return [
    first,
    `\n${headline(facts, status)}\n`,
    when(note, `\n${say(note)}\n`),
    when(reason, `\n${row('Reason', facts.reason())}`),
    when(annotation('found'), when(label('target'), row('Target', say(label('target'))))),
    ...(status === 'firing'
      ? [
          ...findings.map(([name, fact]) => when(fact, row(name, say(fact)))),
          when(annotation('affects'), row('Affects', say(annotation('affects')))),
          when(annotation('action'), `${when(reason, '', '\n')}${row('Do first', say(annotation('action')))}`),
        ]
      : []),
    textLinks(facts),
    `\n${identity(facts)}\n`,
  ].join('');
}

/** One alert of several: which it is comes first. */
export function mailEntry(facts: Facts, status: Status): string {
  return [
    `${headline(facts, status)}\n${times(facts, status)}.\n`,
    whenLead(facts, status, `${lead(facts, status)}\n`),
    textLinks(facts),
  ].join('');
}

function textLinks(facts: Facts): string {
  const rows = linkNames.map((name) => facts.whenLink(name, (url) => row(links[name], url)));
  return facts.whenLink('runbook_url', () => '\n') + rows.join('');
}

function row(name: string, value: string): string {
  return `${`${name}:`.padEnd(10)} ${value}\n`;
}

/** The value of the header `X-Watchpost-Alert`, for filters: `ProbeDown; status=firing; severity=critical; …`. */
export function alertHeader(facts: Facts, status: Status): string {
  const { name, when } = facts;
  return [
    `${name(label('alertname'))}; status=${status}`,
    ...['severity', 'service', 'probe', 'team', 'stack', 'environment'].map((key) =>
      when(label(key), `; ${key}=${name(label(key))}`),
    ),
  ].join('');
}

/** The value of `List-Id` (RFC 2919): one list for each stack, so that a mailbox can sort by it. */
export function listId(facts: Facts): string {
  return `Watchpost <${facts.when(label('stack'), `${facts.name(label('stack'))}.`)}watchpost.localhost>`;
}

/** The same in every mail of ours: no answering machine answers it (RFC 3834). */
export const mailHeaders = { 'Auto-Submitted': 'auto-generated' } as const;
