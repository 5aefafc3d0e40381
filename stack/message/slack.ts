import { annotation, type Facts, label, links, note, type Status } from './facts.ts';
import { findings, headline, lead, times, whenLead } from './sentences.ts';

/** The stripe beside a message. */
export const colors = { critical: '#d92d20', warning: '#dc8a04', resolved: '#12955a' } as const;

/**
 * The text below the title. What matters most comes first and it keeps to a few lines: Slack hides what comes after the
 * fifth line break or 700 characters behind "Show more".
 */
export function slackText(facts: Facts, status: Status): string {
  const { quote, say, when } = facts;
  const quoted = lead(facts, status, (fact) => `\`${quote(fact)}\``);
  const why = when(annotation('reason'), ` · ${facts.reason()}`);
  const lines =
    status === 'firing'
      ? [whenLead(facts, status, `${quoted}\n`), times(facts, status), why]
      : [times(facts, status), whenLead(facts, status, `\n${quoted}`)];
  return [
    ...lines,
    when(note, `\n${say(note)}`),
    ...(status === 'firing' ? findings.map(([name, fact]) => when(fact, `\n*${name}* ${say(fact)}`)) : []),
    when(annotation('found'), when(label('target'), `\n*Target* \`${quote(label('target'))}\``)),
    status === 'firing' ? when(annotation('affects'), `\n*Affects* ${say(annotation('affects'))}`) : '',
    status === 'firing' ? when(annotation('action'), `\n*Do first* ${say(annotation('action'))}`) : '',
  ].join('');
}

/** One alert of several: two lines and its own links. */
export function slackEntry(facts: Facts, status: Status): string {
  const own = (['runbook_url', 'dashboard_url', 'silence_url'] as const).map((name) =>
    facts.whenLink(name, (url) => ` · <${url}|${links[name]}>`),
  );
  return [
    `*${headline(facts, status)}*`,
    `\n${times(facts, status)}${own.join('')}`,
    status === 'firing'
      ? whenLead(facts, status, `\n${lead(facts, status, (fact) => `\`${facts.quote(fact)}\``)}`)
      : '',
  ].join('');
}
