import type { KnownSeries } from '../../stack/catalogue/index.ts';
import type { Query } from './query.ts';

/** A rule as Prometheus reads it from a rule file. */
export interface Rule {
  readonly kind: 'alert' | 'record';
  /** Of the alert, or of the series that it records. */
  readonly name: string;
  readonly expr: string;
  /** As it is written: `5m`. */
  readonly for?: string;
  readonly keepFiringFor?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly group: { readonly name: string; readonly interval?: string };
}

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

/** Something that is wrong with a rule. */
export interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
  /** Where it is written: `['expr']`, `['labels', 'team']`; the key need not be there. */
  readonly at: readonly string[];
  /** The part of the text there. */
  readonly span?: { readonly from: number; readonly to: number } | undefined;
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
