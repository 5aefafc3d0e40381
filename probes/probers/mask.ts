import { isExpectation, type Secret } from '../../stack/secret.ts';
import type { Run } from '../model.ts';
import { oneLine } from '../net/failure.ts';
import { isCredentialName, isEverydayValue, isEverydayWord } from './everyday.ts';

/** Shorter ones stand in every text by chance, and to mask them would say what they are. */
const shortest = 4;

const redacted = '[redacted]';

/** What a probe is given for the wire alone, by what it is. */
export interface Given {
  readonly text: string;
  /** A `credential` is a secret whatever it says; a `message` is one unless it is a word of every day; a `value` is one unless it looks like none. */
  readonly as: 'credential' | 'message' | 'value';
}

export function credential(text: string | undefined): Given {
  return { text: text ?? '', as: 'credential' };
}

export function message(text: string | undefined): Given {
  return { text: text ?? '', as: 'message' };
}

/** The value of a header, a parameter, a cookie: its name tells whether it proves something. */
export function named(name: string, text: string): Given {
  return { text, as: isCredentialName(name) ? 'credential' : 'value' };
}

/** How an outcome is told. */
export interface Masks {
  /** Takes out of a text of the peer's what nobody may see of it. */
  readonly found: (text: string) => string;
  /** Takes the values of variables out of a text about what the file expects. */
  readonly expected: (text: string) => string;
  /** Whether the file itself says this text of what it expects: it is shown then, whoever else says it. */
  readonly isOpen: (text: string) => boolean;
}

/** Nothing is kept back. */
export const openMasks: Masks = { found: (text) => text, expected: (text) => text, isOpen: () => false };

/**
 * A peer may send back what it was sent, and a page must not carry that on. What stands literally in an `expect` is shown, also
 * where it happens to be what was sent: masked, a page would say `expected ready = [redacted]`. The value of a variable in an
 * `expect` is a secret wherever it is met, because the user has kept it out of the file.
 * @param options those of the probe, with every `expect` in it
 */
export function masksFor(given: readonly Given[], { variables }: Pick<Run, 'variables'>, options: unknown): Masks {
  const inExpect = revealed(variables?.inExpect);
  const elsewhere = revealed(variables?.elsewhere);
  let literals: readonly string[] | undefined;
  const isOpen = (text: string) => {
    literals ??= literalsOf(options, false).filter((literal) => !inExpect.some((value) => literal.includes(value)));
    return literals.some((literal) => literal.includes(text));
  };
  const isSecret = ({ text, as }: Given) => {
    if (as === 'credential') return true;
    return !(as === 'message' || elsewhere.some((value) => text.includes(value)) ? isEverydayWord : isEverydayValue)(
      text,
    );
  };
  if (given.length === 0 && inExpect.length === 0) return { ...openMasks, isOpen };
  const secrets = given
    .map(({ text, as }) => ({ text: text.trim(), as }))
    .filter(({ text }) => text !== '')
    // Where a variable is a part of it, the peer may send back that part.
    .flatMap((one) => [one, ...elsewhere.filter((value) => one.text.includes(value)).map((text) => ({ ...one, text }))])
    .filter((one) => isSecret(one) && !isOpen(one.text));
  return {
    found: mask([...secrets.map(({ text }) => text), ...inExpect]),
    expected: inExpect.length === 0 ? openMasks.expected : maskExpected(inExpect),
    isOpen,
  };
}

/** Takes secrets out of a text, also as they are written in a URL, in JSON, in base64 and as bytes. */
export function mask(secrets: readonly string[]): (text: string) => string {
  const masked = [...new Set(secrets.flatMap(forms))].filter((secret) => secret.length >= shortest);
  if (masked.length === 0) return openMasks.found;
  masked.sort(longestFirst);
  return (text) => masked.reduce((rest, secret) => rest.replaceAll(secret, redacted), text);
}

function forms(secret: string): readonly string[] {
  // Half a surrogate pair is in no URL.
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const plain = [secret, inUrl, JSON.stringify(secret).slice(1, -1), oneLine(secret)];
  return [...plain, Buffer.from(secret).toString('base64'), ...formsOfBytes(secret)];
}

/** What is written in hexadecimal is shown byte by byte, of much only the beginning, and may be sent back as text. */
function formsOfBytes(secret: string): readonly string[] {
  const hex = secret.replaceAll(/\s/g, '').toLowerCase();
  if (hex.length < 2 * shortest || !/^(?:[0-9a-f]{2})+$/.test(hex)) return [];
  const spaced = hex.replaceAll(/(..)(?=.)/g, '$1 ');
  return [hex, spaced, spaced.slice(0, 16 * 3 - 1), Buffer.from(hex, 'hex').toString('utf8')];
}

/** Here short ones count too, as words of their own, and what is left of one that was cut off. */
function maskExpected(secrets: readonly string[]): (text: string) => string {
  const masked = [...new Set(secrets.flatMap(forms))].sort(longestFirst);
  return (text) => masked.reduce((rest, secret) => withoutCut(withoutWhole(rest, secret), secret), text);
}

function withoutWhole(text: string, secret: string): string {
  if (secret.length >= shortest) return text.replaceAll(secret, redacted);
  return text
    .split(/(?<![\p{L}\p{N}])(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}])(?![\p{L}\p{N}])/u)
    .map((word) => (word === secret ? redacted : word))
    .join('');
}

function withoutCut(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= shortest && text.includes('…'); length--) {
    const start = `${secret.slice(0, length)}…`;
    if (text.includes(start)) return text.replaceAll(start, `${redacted}…`);
  }
  return text;
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

function revealed(secrets: readonly Secret[] = []): readonly string[] {
  return secrets.map((secret) => secret.reveal());
}

/** Every text and key below an `expect`, at any depth. */
function literalsOf(value: unknown, isExpected: boolean): readonly string[] {
  if (typeof value === 'string') return isExpected ? [value] : [];
  if (typeof value === 'number' || typeof value === 'boolean') return isExpected ? [String(value)] : [];
  if (Array.isArray(value)) return value.flatMap((item) => literalsOf(item, isExpected));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...(isExpected ? [key] : []),
    ...literalsOf(member, isExpected || isExpectation(key)),
  ]);
}
