import { RE2JS } from 're2js';
import { z } from 'zod';

/**
 * What a text must hold: a piece of text, or a regular expression between slashes (`/ready|ok/`, `/ready/i`). The
 * expression meets text that a stranger wrote, so it runs on RE2, which needs linear time; JavaScript's own engine can be
 * made to need exponential time, and would then stop every probe of this process.
 */
export class TextPattern {
  /** As it stands in the file: what tells two patterns apart, also in a digest of the options. */
  readonly written: string;
  readonly #expression: RE2JS | undefined;

  /** Throws where `written` is an expression that RE2 does not take. */
  constructor(written: string) {
    this.written = written;
    const [, source, flags] = /^\/(.+)\/(i?)$/s.exec(written) ?? [];
    if (source !== undefined) {
      // `.` spans lines: a body is one text, and so is a header.
      this.#expression = RE2JS.compile(source, RE2JS.DOTALL | (flags === 'i' ? RE2JS.CASE_INSENSITIVE : 0));
    }
  }

  get isExpression(): boolean {
    return this.#expression !== undefined;
  }

  /** What the first group of the expression holds where it matches; undefined where it does not, or is none. */
  group(text: string): string | undefined {
    const matcher = this.#expression?.matcher(text);
    return matcher?.find() ? (matcher.group(1) ?? undefined) : undefined;
  }

  matches(text: string): boolean {
    return this.#expression ? this.#expression.test(text) : text.includes(this.written);
  }
}

/** For `transform`: a bad expression becomes an issue of the schema, at `path` below the value. */
export function toTextPattern(text: string, context: z.RefinementCtx, path: readonly number[] = []): TextPattern {
  try {
    return new TextPattern(text);
  } catch (error) {
    // RE2JS writes its flags in front of the expression, and shows them.
    const said = String(error instanceof Error ? error.message : error);
    const why = said.replace(/^error parsing regexp: /, '').replace(/`\(\?[is]+\)/, '`');
    const message = `expected text or a regular expression that RE2 takes (${why})`;
    context.addIssue({ code: 'custom', message, path: [...path] });
    return z.NEVER;
  }
}

export const textPatternSchema = z.string().transform((text, context) => toTextPattern(text, context));

/** One text, or a list of them. */
export const textPatternsSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((texts, context) =>
    [texts].flat().map((text, i) => toTextPattern(text, context, typeof texts === 'string' ? [] : [i])),
  );
