import { z } from 'zod';
import { oneLine } from '../net/failure.ts';
import { TextPattern, toTextPattern } from './text-pattern.ts';

type Scalar = string | number | boolean | null;
type Operator = '<' | '<=' | '>' | '>=';

type Test =
  | { readonly is: 'literal'; readonly value: Scalar }
  | { readonly is: 'pattern'; readonly pattern: TextPattern }
  | { readonly is: 'compared'; readonly operator: Operator; readonly to: string | number }
  | { readonly is: 'exists' | 'absent' };

/**
 * What one whole value must be, as `expect` has it everywhere: the value itself; `/x/` (RE2); `< 5`, `<= 5`, `> 5` or `>= 5`
 * of a number; `> "2"` of a text; `exists`; `absent`. What looks like one of these and is none is written `{ equals: "< 5" }`.
 * Where a text only has to stand somewhere in a longer one, that is a `TextPattern`.
 */
export class ValueMatcher {
  /** As it stands in the file: what tells two of them apart, also in a digest of the options. */
  readonly written: Scalar | { readonly equals: Scalar };
  readonly #test: Test;

  private constructor(written: ValueMatcher['written'], test: Test) {
    this.written = written;
    this.#test = test;
  }

  static literal(value: Scalar): ValueMatcher {
    return new ValueMatcher(value, { is: 'literal', value });
  }

  /** For `transform`: what is none becomes an issue of the schema. */
  static of(written: ValueMatcher['written'], context: z.RefinementCtx): ValueMatcher {
    if (written !== null && typeof written === 'object') {
      return new ValueMatcher(written, { is: 'literal', value: written.equals });
    }
    const test = typeof written === 'string' ? testOf(written, context) : undefined;
    return new ValueMatcher(written, test ?? { is: 'literal', value: written });
  }

  /** Whether it asks only that there is a value, or none. */
  get isOfPresence(): boolean {
    return this.#test.is === 'exists' || this.#test.is === 'absent';
  }

  /** A value of JSON, where `5` is no `"5"`; undefined where there is none. */
  matches(found: unknown): boolean {
    const test = this.#test;
    switch (test.is) {
      case 'literal':
        return found === test.value;
      case 'pattern':
        return isText(found) && test.pattern.matches(String(found));
      case 'compared':
        return typeof found === typeof test.to && holds(test.operator, compare(found as string | number, test.to));
      case 'exists':
        return found !== undefined;
      case 'absent':
        return found === undefined;
      default:
        return test satisfies never;
    }
  }

  /** A value of a protocol that has only texts, where a number is one that looks so; undefined where there is none. */
  matchesText(found: string | null | undefined): boolean {
    const test = this.#test;
    if (typeof found === 'string' && test.is === 'compared' && typeof test.to === 'number') {
      return isNumeral(found) && holds(test.operator, compare(Number(found), test.to));
    }
    // A protocol that knows NULL means by it that there is nothing.
    return this.matches(this.isOfPresence ? (found ?? undefined) : found);
  }

  /** Whether its words begin with an operator, and not with a value. */
  get isComparison(): boolean {
    return this.#test.is === 'compared';
  }

  /**
   * What is expected: `"ready"`, `/x/`, `< 5`, `anything`, `nothing`.
   * @param quote shows a literal value
   */
  words(quote: (value: Scalar) => string): string {
    const test = this.#test;
    switch (test.is) {
      case 'literal':
        return quote(test.value);
      case 'pattern':
        return oneLine(test.pattern.written);
      case 'compared':
        return `${test.operator} ${typeof test.to === 'number' ? test.to : quote(test.to)}`;
      case 'exists':
        return 'anything';
      case 'absent':
        return 'nothing';
      default:
        return test satisfies never;
    }
  }
}

const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const writtenSchema = z.union([
  scalarSchema,
  z.strictObject({ equals: scalarSchema.describe('The value itself, whatever it looks like: `"< 5"`.') }),
]);

/** A matcher as the file has it. */
export const valueMatcherSchema = writtenSchema.transform((written, context) => ValueMatcher.of(written, context));

/**
 * The same for a protocol that has only texts.
 * @param textOf how it writes a value that the file has as a number or a boolean
 */
export function textMatcherSchema(textOf: (value: number | boolean) => string) {
  const toText = (value: Scalar) => (typeof value === 'number' || typeof value === 'boolean' ? textOf(value) : value);
  return writtenSchema.transform((written, context) => {
    if (written === null || typeof written !== 'object') return ValueMatcher.of(toText(written), context);
    return ValueMatcher.of({ equals: toText(written.equals) }, context);
  });
}

/** Undefined where the text is a value and no matcher. */
function testOf(written: string, context: z.RefinementCtx): Test | undefined {
  if (written === 'exists' || written === 'absent') return { is: written };
  const [, operator, operand = ''] = /^(<=?|>=?)\s*(.*)$/s.exec(written) ?? [];
  if (operator !== undefined) {
    const to = operandOf(operand);
    if (to !== undefined) return { is: 'compared', operator: operator as Operator, to };
    // `<none>` and `<b>5</b>` are values as any other.
    if (!/^[<>]=?\s/.test(written)) return undefined;
    const message = `expected a number or a text in quotes behind ${operator}: ${operator} 5, ${operator} "b"`;
    const hint = `of a text write ${operator} ${JSON.stringify(operand)}; for the characters themselves { equals: ${JSON.stringify(written)} }`;
    context.addIssue({ code: 'custom', message, params: { hint } });
    return z.NEVER;
  }
  if (!/^\/.+\/i?$/s.test(written)) return undefined;
  const pattern = toTextPattern(written, context);
  return pattern instanceof TextPattern ? { is: 'pattern', pattern } : z.NEVER;
}

/** No longer than that: a target may send a million digits. */
const longestNumeral = 400;

function isNumeral(text: string): boolean {
  return text.length <= longestNumeral && /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
}

function operandOf(written: string): string | number | undefined {
  const text = written.trim();
  if (isNumeral(text)) return Number(text);
  const [, quoted] = /^"(.*)"$/s.exec(text) ?? /^'(.*)'$/s.exec(text) ?? [];
  return quoted;
}

function isText(found: unknown): found is string | number | boolean {
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean';
}

function holds(operator: Operator, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return operator satisfies never;
  }
}

/** Less than 0, 0 or more than 0, as for sorting; NaN, of which nothing holds, is never there: JSON has none. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  if (isNumeral(left) && isNumeral(right)) return Number(left) - Number(right);
  return compareTexts(left, right);
}

/** Sign by sign, but runs of digits as whole numbers: `1.10.0` is more than `1.9.2`, and dates of ISO 8601 are in order. */
function compareTexts(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [digitsAt(a, i), digitsAt(b, j)];
    const order = left && right ? compareDigits(left, right) : a.charCodeAt(i) - b.charCodeAt(j);
    if (order !== 0) return order;
    i += left.length || 1;
    j += right.length || 1;
  }
  return a.length - i - (b.length - j);
}

const digits = /\d*/y;

function digitsAt(text: string, at: number): string {
  digits.lastIndex = at;
  return digits.exec(text)?.[0] ?? '';
}

/** Whole numbers of any length. */
function compareDigits(a: string, b: string): number {
  const [left = '', right = ''] = [a, b].map((run) => run.replace(/^0+(?=\d)/, ''));
  if (left === right) return 0;
  return left.length - right.length || (left < right ? -1 : 1);
}
