import type { AnnotationName } from '../alert.ts';

/**
 * What is known of one alert, as pieces of text that are already safe for their medium. A message is written once, in
 * these terms. The direct pager gives values; the template generator gives template expressions, which Alertmanager turns
 * into the same values. So the words of both are the same ones.
 */
export interface Facts {
  /** In prose: one line, control characters taken out, at most `longest` characters, escaped for the medium. */
  say(fact: Fact): string;
  /** Like `say`, cut to what a title can hold. */
  name(fact: Fact): string;
  /** Like `say`, for between two backticks in Slack. */
  quote(fact: Fact): string;
  /** `then` where the fact is there and not empty. */
  when(fact: Fact, then: string, otherwise?: string): string;
  /** `then` where the label has this value. */
  whenLabel(label: string, value: string, then: string, otherwise?: string): string;
  /** `then` where the annotation is a web address: nothing else becomes a link. */
  whenLink(name: LinkName, then: (url: string) => string, otherwise?: string): string;
  /** What went wrong, in words, and its code: `the status is wrong (status)`. */
  reason(): string;
  /** When it began: `02:14:07` (UTC), with the date when that is a day ago or more. */
  readonly began: string;
  /** When it ended. Only of a resolved alert. */
  readonly ended: string;
  /** How long it has lasted, or lasted: `3 min`. */
  readonly lasted: string;
}

export type Fact = { readonly label: string } | { readonly annotation: AnnotationName } | { readonly note: true };
export type Status = 'firing' | 'resolved';

/** What the text is for; each has its own characters that must not come from outside. */
export type Medium = 'slack' | 'text' | 'html';

/** The links of a page, in the order of their buttons. What is needed first comes first. */
export const links = {
  runbook_url: 'Runbook',
  dashboard_url: 'Dashboard',
  logs_url: 'Logs',
  silence_url: 'Silence',
} as const satisfies Partial<Record<AnnotationName, string>>;
export type LinkName = keyof typeof links;
export const linkNames = Object.keys(links) as readonly LinkName[];

/** More of one value is not read at 3 a.m. Unicode characters. */
export const longest = 500;
/** And so many of a title; Alertmanager cuts one at 1024. */
export const longestName = 150;

/** What becomes one space: white space, line ends, control characters and those that reverse text. JavaScript and RE2 read it alike. */
export const blank = '[\\t\\n\\f\\r \\p{Z}\\p{Cc}\\p{Cf}]+';

/** A web address with nothing in it that would need quoting. */
export const webAddress = "^https?://[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+$";

export const label = (name: string): Fact => ({ label: name });
export const annotation = (name: AnnotationName): Fact => ({ annotation: name });
export const note: Fact = { note: true };
