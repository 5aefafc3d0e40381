import { sayDuration } from '../../stack/duration.ts';
import {
  atTimeOf,
  blank,
  type Fact,
  type Facts,
  longest,
  longestName,
  type Medium,
  webAddress,
} from '../../stack/message/index.ts';
import { reasons } from '../../stack/reasons.ts';
import type { Page } from './page.ts';

const dayMs = 86_400_000;
const blanks = new RegExp(blank, 'gu');
const address = new RegExp(webAddress);

/** The facts of a page as values: the counterpart of the template expressions that Alertmanager gets. */
export function values(page: Page, medium: Medium, now: number): Facts {
  const { startsAt, endsAt = now } = page;
  const lastedMs = endsAt - startsAt;
  const say = (fact: Fact) => escapes[medium](line(field(page, fact), longest));
  return {
    say,
    name: (fact) => escapes[medium](line(field(page, fact), longestName)),
    quote: (fact) => escapes[medium](line(field(page, fact), longest).replaceAll('`', "'")),
    when: (fact, then, otherwise = '') => (field(page, fact) ? then : otherwise),
    whenLabel: (name, value, then, otherwise = '') => (page.labels[name] === value ? then : otherwise),
    whenLink: (name, then, otherwise = '') => {
      const url = atTimeOf(page.annotations[name] ?? '', startsAt, page.endsAt);
      return address.test(url) ? then(medium === 'html' ? htmlAddress(url) : escapes[medium](url)) : otherwise;
    },
    reason: () => knownReason(page.annotations.reason) ?? say({ annotation: 'reason' }),
    began: lastedMs >= dayMs ? `${timestamp(startsAt).slice(0, 10)} ${clockTime(startsAt)}` : clockTime(startsAt),
    ended: clockTime(endsAt),
    lasted: sayDuration(Math.max(1, Math.round(lastedMs / 1_000)) * 1_000),
  };
}

function field({ labels, annotations, note = '' }: Page, fact: Fact): string {
  if ('note' in fact) return note;
  return ('label' in fact ? labels[fact.label] : annotations[fact.annotation]) ?? '';
}

function line(text: string, most: number): string {
  return [...text.replaceAll(blanks, ' ').trim()].slice(0, most).join('');
}

const escapes: Readonly<Record<Medium, (text: string) => string>> = {
  text: (text) => text,
  slack: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  // As Go's html/template writes them, so that both paths send the same bytes.
  html: (text) => text.replaceAll(/["&'+<>]/g, (character) => `&${htmlNames[character] ?? ''};`),
};
const htmlNames: Readonly<Record<string, string>> = {
  '"': '#34',
  '&': 'amp',
  "'": '#39',
  '+': '#43',
  '<': 'lt',
  '>': 'gt',
};

/** In an attribute; of what `webAddress` lets through, Go encodes these. */
function htmlAddress(url: string): string {
  const encoded = url.replaceAll(/['()]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return escapes.html(encoded);
}

function knownReason(reason = ''): string | undefined {
  if (!Object.hasOwn(reasons, reason)) return undefined;
  return `${reasons[reason as keyof typeof reasons].words} (${reason})`;
}

function clockTime(ms: number): string {
  return timestamp(ms).slice(11, 19);
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
