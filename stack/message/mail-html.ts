import {
  annotation,
  type Fact,
  type Facts,
  type LinkName,
  label,
  linkNames,
  links,
  note,
  type Status,
} from './facts.ts';
import { mailStyle, styles } from './mail-style.ts';
import { findings, headline, identity, lead, times, whenLead } from './sentences.ts';

/**
 * The page around the alerts. One column, no images, system fonts; colours are inline for readers that drop the style
 * sheet, and the style sheet turns them dark where the phone is.
 * @param preview what a mail list shows below the subject
 */
export function mailPage(preview: string, cards: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Watchpost</title>
<style>${mailStyle}</style>
</head>
<body class="page" style="${styles.page}">
<div style="${styles.preview}">${preview}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="${styles.margin}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="${styles.column}">
${cards}</table>
</td></tr></table>
</body>
</html>
`;
}

/** The line below the subject in a mail list. */
export function mailPreview(facts: Facts, status: Status): string {
  return `${whenLead(facts, status, `${lead(facts, status)} `)}${times(facts, status)}`;
}

/** One alert. */
export function mailCard(facts: Facts, status: Status): string {
  const firing = status === 'firing';
  const color = (of: (tone: keyof typeof styles.tone) => string) =>
    firing ? facts.whenLabel('severity', 'critical', of('critical'), of('warning')) : of('resolved');
  const stripe = color((tone) => styles.tone[tone].stripe);
  const ink = color((tone) => styles.tone[tone].ink);
  const tone = color((name) => name);
  const { say, when } = facts;
  const body = [
    found(facts, status, firing ? { name: 'Found', tone, ink } : { name: 'Had been', tone: 'ink', ink: styles.ink }),
    when(note, `<p class="ink" style="${styles.text}">${say(note)}</p>\n`),
    details(facts, status),
    firing ? when(annotation('action'), action(facts)) : '',
  ].join('');
  return `<tr><td class="card" style="${styles.card};border-top-color:${stripe}">
<p class="kicker ${tone}" style="${styles.kicker};color:${ink}">${kicker(facts, status)}</p>
<h1 class="ink" style="${styles.headline}">${headline(facts, status)}</h1>
<p class="soft" style="${styles.times}">${times(facts, status)}</p>
${body}<p style="${styles.buttons}">${linkNames.map((name) => button(facts, name)).join('')}</p>
<p class="soft" style="${styles.identity}">${identity(facts)}</p>
</td></tr>
<tr><td style="${styles.gap}"></td></tr>
`;
}

/** Below the cards, how many there was no room for. */
export function mailOverflow(words: string): string {
  return `<tr><td class="soft" style="${styles.overflow}">${words}</td></tr>\n`;
}

function kicker(facts: Facts, status: Status): string {
  const { name, when } = facts;
  const state = status === 'resolved' ? 'resolved' : when(label('severity'), name(label('severity')), 'alert');
  return `${state}${when(label('environment'), ` · ${name(label('environment'))}`)}${when(label('stack'), ` · ${name(label('stack'))}`)}`;
}

/** What the found value is called, and how it looks: red while it hurts, plain when it is over. */
interface Look {
  readonly name: string;
  readonly tone: string;
  readonly ink: string;
}

/** Found against expected as a pair that is read at a glance; what has no such pair says it in its own words. */
function found(facts: Facts, status: Status, { name, tone, ink }: Look): string {
  const { say, when } = facts;
  const side = (of: string, value: string, look: string) =>
    `<tr><td class="soft" style="${styles.pairName}">${of}</td><td ${look}>${value}</td></tr>\n`;
  const pair = [
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="pair" style="${styles.pair}">\n`,
    side(name, say(annotation('found')), `class="${tone}" style="${styles.pairFound};color:${ink}"`),
    side('Expected', say(annotation('expected')), `class="ink" style="${styles.pairExpected}"`),
    '</table>\n',
  ].join('');
  const described = `<p class="ink" style="${styles.text}">${say(annotation('description'))}</p>\n`;
  const own = status === 'firing' ? when(annotation('description'), described) : '';
  return when(annotation('found'), pair, own);
}

function details(facts: Facts, status: Status): string {
  const { say, when, reason } = facts;
  const row = (name: string, fact: Fact, value = say(fact)) =>
    when(
      fact,
      `<tr><td class="soft" style="${styles.detailName}">${name}</td><td class="ink" style="${styles.detailValue}">${value}</td></tr>\n`,
    );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="${styles.details}">
${row('Reason', annotation('reason'), reason())}${when(annotation('found'), row('Target', label('target')))}${status === 'firing' ? [...findings, ['Affects', annotation('affects')] as const].map(([name, fact]) => row(name, fact)).join('') : ''}</table>
`;
}

function action(facts: Facts): string {
  return `<p class="ink first" style="${styles.first}"><strong>Do first:</strong> ${facts.say(annotation('action'))}</p>\n`;
}

/** A link that is large enough for a thumb. The runbook is the one to press. */
function button(facts: Facts, name: LinkName): string {
  const main = name === 'runbook_url';
  return facts.whenLink(
    name,
    (url) =>
      `<a href="${url}" class="${main ? 'main' : 'other'}" style="${styles.button};${main ? styles.mainButton : styles.otherButton}">${links[name]}</a> `,
  );
}
