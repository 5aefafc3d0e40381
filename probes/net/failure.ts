import type { Reason } from '../../stack/reasons.ts';

/**
 * What ended an attempt: thrown inside a prober and turned into its outcome there, so that every stage of an exchange
 * can say in its own words what it found and what it expected.
 */
export class Failure extends Error {
  readonly reason: Reason;
  readonly found: string;
  readonly expected: string;

  constructor(reason: Reason, found: string, expected: string, options?: { cause?: unknown }) {
    super(`${reason}: found ${found}, expected ${expected}`, options);
    this.reason = reason;
    this.found = found;
    this.expected = expected;
  }
}

/** The system's code of an error, such as `ECONNREFUSED`, also where it is wrapped. */
export function codeOf(error: unknown): string {
  for (let e = error; e && typeof e === 'object'; e = (e as { cause?: unknown }).cause) {
    const code = (e as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return '';
}

/** Letters, digits and signs of ASCII with single blanks in between, and not too many of them. */
const plain = /^(?=.{0,160}$)[!-~]*(?: [!-~]+)*$/;

/** One line of at most 160 characters without control characters and halves of surrogate pairs: fit for a label, a log line and a page. */
export function oneLine(text: string): string {
  // Nearly all of them are: to look is a fraction of the work.
  if (plain.test(text)) return text;
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return clean.length > 160 ? `${clean.slice(0, 159).replace(/[\ud800-\udbff]$/, '')}…` : clean;
}
