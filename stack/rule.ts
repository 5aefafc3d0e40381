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

/** Something that is wrong with a rule. */
export interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
  /** Where it is written: `['expr']`, `['labels', 'team']`; the key need not be there. */
  readonly at: readonly string[];
  /** The part of the text there. */
  readonly span?: { readonly from: number; readonly to: number } | undefined;
}
