import { alertLinks } from '../../stack/alert.ts';
import type { Severity } from '../../stack/labels.ts';
import { type AlertRule, type CriticalReason, defineRule, labelValue } from './rule.ts';

/** An alert about a part of the stack itself: every channel hears of it, since one of them may be what is broken. */
interface MetaDefinition<Label extends string> {
  readonly alert: string;
  readonly expr: string;
  readonly forMs: number;
  readonly stepMs?: number;
  readonly holdsAfterMs?: number;
  readonly severity: Severity;
  readonly criticalBecause?: CriticalReason;
  /** Labels of the alert's series that its words name. */
  readonly by: readonly Label[];
  readonly summary: string | ((value: Readonly<Record<Label, string>>) => string);
  readonly description: (value: Readonly<Record<Label, string>>) => string;
  readonly action: string;
  /** Series of the cause, bad from the second sample on, and the labels that they come out with. */
  readonly bad: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<Label, string>>;
  /** When the expression first holds for `bad`, if not at the second sample. */
  readonly trueFromMs?: number;
  readonly good: readonly { readonly name: string; readonly series: Readonly<Record<string, string>> }[];
}

/** What can go wrong with a part, an expression each, and the words for it: an alert for each that holds, with the label `trouble`. */
export function anyTrouble(troubles: readonly (readonly [expr: string, words: string])[]): string {
  return troubles.map(([expr, words]) => `label_replace(${expr}, "trouble", "${words}", "", "")`).join(' or ');
}

/** Puts such an alert together. Nothing is fired for a part that does not run: it has no series. */
export function metaRule<Label extends string>(definition: MetaDefinition<Label>): AlertRule {
  const { alert, expr, forMs, stepMs, holdsAfterMs, severity, criticalBecause, by } = definition;
  const { summary, description, action, bad, labels, good } = definition;
  return defineRule<Label>({
    alert,
    expr,
    forMs,
    ...(stepMs !== undefined && { stepMs }),
    ...(holdsAfterMs !== undefined && { holdsAfterMs }),
    severity,
    ...(criticalBecause && { criticalBecause }),
    category: 'meta',
    team: 'default',
    templates: () => Object.fromEntries(by.map((label) => [label, labelValue(label)])) as Record<Label, string>,
    annotations: (words, { urls }) => ({
      summary: typeof summary === 'string' ? summary : summary(words),
      description: description(words),
      action,
      ...alertLinks(urls, { alertname: alert }),
    }),
    fires: () => [
      {
        name: 'its cause fires it',
        series: bad,
        trueFromMs: definition.trueFromMs ?? stepMs ?? 5_000,
        labels,
        words: labels,
      },
    ],
    quiet: () => good.map(({ name, series }) => ({ name, series, atMs: forMs + 60 * (stepMs ?? 5_000) })),
  });
}
