import type { Check, CheckContext, Rule } from '../check.ts';
import { ownContext } from '../context.ts';
import { readQuery } from '../query.ts';

/** A row in the test of a check. */
export interface CheckCase {
  readonly name: string;
  /** What is special about it: the rest is right. */
  readonly rule: Partial<Rule>;
  readonly context?: Partial<CheckContext> & { readonly others?: readonly Partial<Rule>[] };
  readonly is: readonly string[];
}

/** What a check finds in a rule that is right otherwise: where, on which text, what, and the hint in brackets. */
export function found(
  check: Check,
  rule: Partial<Rule>,
  { others = [], ...context }: CheckCase['context'] = {},
): readonly string[] {
  const asked = whole(rule);
  const all = [...others.map(whole), asked];
  return check.problems(asked, { ...ownContext, ...context, all }).map(({ at, span, message, hint }) => {
    const written = at[0] === 'expr' ? asked.expr : textAt(asked, at);
    const marked = span && written !== undefined ? ` «${written.slice(span.from, span.to)}»` : '';
    return `${at.join('.')}${marked}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
}

function whole(rule: Partial<Rule>) {
  const { expr = 'up == 0' } = rule;
  const full: Rule = {
    kind: 'alert',
    name: 'Test',
    expr,
    labels: { severity: 'warning', team: 'default' },
    annotations: {},
    group: { name: 'test' },
    ...rule,
  };
  return { ...full, query: readQuery(expr) };
}

function textAt(rule: Rule, [part, name = '']: readonly string[]): string | undefined {
  return part === 'labels' ? rule.labels[name] : part === 'annotations' ? rule.annotations[name] : undefined;
}
