import type { KnownSeries } from '../../stack/catalogue/index.ts';
import type { Problem, Rule } from '../../stack/rule.ts';
import type { Query } from './query.ts';

export type { Problem, Rule } from '../../stack/rule.ts';

/** With its query parsed, once for all checks. */
export interface RuleInQuestion extends Rule {
  readonly query: Query;
}

/** What a check must know besides the rule. */
export interface CheckContext {
  /** What is known of a series, recorded ones included. */
  readonly known: (series: string) => KnownSeries | undefined;
  /** Whether a series that is not known can be somebody else's: the user's own application. */
  readonly mayBeUnknown: (series: string) => boolean;
  /** The names that a misspelt one is compared with. */
  readonly names: readonly string[];
  readonly scrapeIntervalMs: number;
  /** How long Prometheus keeps samples. */
  readonly retentionMs: number;
  /** Annotations that every alert must have. */
  readonly annotations: readonly string[];
  /** Every rule there is, this one included. */
  readonly all: readonly RuleInQuestion[];
}

/** One thing that can be wrong. A value, so that the list of them is a list. */
export interface Check {
  /** Under which its name stands in pint's documentation, where it is one of pint's. */
  readonly name: string;
  /** What it finds. Of a query that does not parse only the check of syntax says anything. */
  readonly problems: (rule: RuleInQuestion, context: CheckContext) => readonly Problem[];
}

/** Somewhere in the query. */
export function inQuery(message: string, span: { readonly from: number; readonly to: number }, hint?: string): Problem {
  return { message, hint, at: ['expr'], span: { from: span.from, to: span.to } };
}
