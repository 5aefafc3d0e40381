import { z } from 'zod';

/** One step down: a name in an object (a number also in a list), or a place in a list, from its end where it is negative. */
type Segment = string | number;

/**
 * Where a value stands in JSON: `data.items[0].id`, `$.status`, `labels["a.b"]`, and `data.items.0.id`. The names and places
 * of JSONPath (RFC 9535), without what leads to more than one value.
 */
export class JsonPath {
  /** As it stands in the file. */
  readonly written: string;
  readonly #segments: readonly Segment[];

  private constructor(written: string, segments: readonly Segment[]) {
    this.written = written;
    this.#segments = segments;
  }

  /** The path, or what is wrong with it and how it may have been meant. */
  static parse(written: string): JsonPath | PathFault {
    const read = segmentsOf(written);
    return Array.isArray(read) ? new JsonPath(written, read) : (read as PathFault);
  }

  /** The value at this path; undefined where there is none, which JSON has no value for. */
  valueIn(json: unknown): unknown {
    let here = json;
    for (const segment of this.#segments) {
      if (here === null || typeof here !== 'object') return undefined;
      if (typeof segment === 'number') here = Array.isArray(here) ? here.at(segment) : undefined;
      else if (Object.hasOwn(here, segment)) here = (here as Readonly<Record<string, unknown>>)[segment];
      else return undefined;
    }
    return here;
  }
}

export interface PathFault {
  readonly fault: string;
  /** The path as it may have been meant. */
  readonly meant: string;
}

export const jsonPathSchema = z
  .string()
  .min(1)
  .transform((text, context) => {
    const path = JsonPath.parse(text);
    if (path instanceof JsonPath) return path;
    context.addIssue(issueOf(path));
    return z.NEVER;
  });

/** For the key of a map: it is not changed, only looked at. */
export const jsonPathKeySchema = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const path = JsonPath.parse(text);
    if (!(path instanceof JsonPath)) context.addIssue(issueOf(path));
  });

function issueOf({ fault, meant }: PathFault) {
  const message = `expected a path to one value, such as data.items[0].id: ${fault}`;
  return { code: 'custom' as const, message, params: { hint: `write ${meant}` } };
}

/** What may stand in brackets, quoted or not; a bracket that is not closed ends with the text. */
const bracket = /\[\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\]]*)\s*(\]?)/y;
const name = /[^.[\]]+/y;

function segmentsOf(written: string): Segment[] | PathFault {
  const segments: Segment[] = [];
  let fault: string | undefined;
  // The first fault is the one that is told; all of them are left out of what is meant.
  const wrong = (words: string) => {
    fault ??= words;
  };
  let at = /^\$(?=[.[]|$)/.test(written) ? 1 : 0;
  if (at === 0 && written.startsWith('.')) {
    wrong('no dot stands before the first name');
    at = 1;
  }
  while (at < written.length) {
    const rest = written.slice(at);
    const dots = /^\.*/.exec(rest)?.[0].length ?? 0;
    if (dots > 1) wrong('".." finds many values, or none');
    if (dots === 1 && rest.length === 1) wrong('a name must stand behind the dot');
    if (dots === 1 && rest[1] === '[') wrong('no dot stands before a bracket');
    if (dots === 0 && !/^[[\]]/.test(rest) && segments.length > 0) wrong('a dot must stand before a name');
    at += dots;
    if (written[at] === '[') at = readBracket(written, at, segments, wrong);
    else if (written[at] === ']') {
      wrong('"]" closes no bracket');
      at++;
    } else {
      name.lastIndex = at;
      const found = name.exec(written)?.[0] ?? '';
      if (found === '*') wrong('"*" finds many values');
      if (found !== '') segments.push(found === '*' ? 0 : found);
      at += found.length;
    }
  }
  return fault === undefined ? segments : { fault, meant: format(segments) };
}

/** Reads what stands in brackets, and returns where it goes on. */
function readBracket(written: string, at: number, segments: Segment[], wrong: (words: string) => void): number {
  if (/^\[\s*[?(]/.test(written.slice(at, at + 20))) {
    wrong('a filter finds many values, or none: write the place in the list');
    segments.push(0);
    return endOfFilter(written, at);
  }
  bracket.lastIndex = at;
  const [whole = '[', inside = '', end = ''] = bracket.exec(written) ?? [];
  if (end === '') {
    wrong('a bracket is not closed');
    // The name or the place ends where the next one begins.
    const [meant = ''] = /^["']/.test(inside) ? [inside] : (/^[^.[]*/.exec(inside) ?? []);
    segments.push(...insideOf(meant.trim(), wrong));
    return at + whole.length - (inside.length - meant.length);
  }
  segments.push(...insideOf(inside.trim(), wrong));
  return at + whole.length;
}

function insideOf(inside: string, wrong: (words: string) => void): readonly Segment[] {
  if (/^-?(?:0|[1-9]\d{0,8})$/.test(inside)) return [Number(inside)];
  if (/^(["']).*\1$/s.test(inside) && inside.length > 1) return [unquoted(inside)];
  if (inside === '*' || /^-?\d*\s*:/.test(inside) || inside.includes(',')) {
    wrong(`[${inside}] finds many values`);
    return [Number(/^-?\d+/.exec(inside)?.[0] ?? 0)];
  }
  if (inside === '') {
    wrong('a place in the list, or a name in quotes, must stand in brackets');
    return [0];
  }
  wrong('a name in brackets stands in quotes');
  return [inside.replace(/^["']|["']$/g, '')];
}

/** A filter has brackets and quotes of its own. */
function endOfFilter(written: string, from: number): number {
  let depth = 0;
  for (const { 0: sign, index } of written.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[[\]]/g)) {
    if (sign === '[') depth++;
    if (sign === ']') depth--;
    if (depth === 0 && sign === ']') return from + index + 1;
  }
  return written.length;
}

function unquoted(text: string): string {
  // RFC 9535: between single quotes as JSON has it between double ones.
  const json = text.startsWith('"')
    ? text
    : `"${text.slice(1, -1).replaceAll(/\\'|"/g, (sign) => (sign === '"' ? '\\"' : "'"))}"`;
  try {
    return String(JSON.parse(json));
  } catch {
    // `\x`, or a control character: nobody means more by it than what is written.
    return text.slice(1, -1);
  }
}

function format(segments: readonly Segment[]): string {
  const parts = segments.map((segment) => {
    if (typeof segment === 'number') return `[${segment}]`;
    return /^[^.[\]"'\s]+$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
  });
  return parts.join('').replace(/^\./, '') || '$';
}
