import { absentFor } from './absent-for.ts';
import { aggregationLabels } from './aggregation-labels.ts';
import { annotations } from './annotations.ts';
import type { Check, CheckContext, Problem, Rule } from './check.ts';
import { comparison } from './comparison.ts';
import { counter } from './counter.ts';
import { division } from './division.ts';
import { duplicate } from './duplicate.ts';
import { features } from './features.ts';
import { wait } from './for.ts';
import { fragile } from './fragile.ts';
import { groupInterval } from './group-interval.ts';
import { humanize } from './humanize.ts';
import { matcherLabels } from './matcher-labels.ts';
import { ownLabels } from './own-labels.ts';
import { readQuery } from './query.ts';
import { rangeTooShort } from './range-too-short.ts';
import { rate } from './rate.ts';
import { regexp } from './regexp.ts';
import { retention } from './retention.ts';
import { routingLabels } from './routing-labels.ts';
import { ruleName } from './rule-name.ts';
import { selector } from './selector.ts';
import { series } from './series.ts';
import { syntax } from './syntax.ts';
import { templateLabels } from './template-labels.ts';
import { templateSyntax } from './template-syntax.ts';
import { templateValue } from './template-value.ts';
import { vectorMatching } from './vector-matching.ts';

/** What is looked for in every rule, ours and the user's. */
export const checks: readonly Check[] = [
  series,
  matcherLabels,
  aggregationLabels,
  vectorMatching,
  selector,
  counter,
  rate,
  rangeTooShort,
  retention,
  regexp,
  comparison,
  absentFor,
  division,
  fragile,
  features,
  wait,
  groupInterval,
  duplicate,
  ruleName,
  annotations,
  templateSyntax,
  templateLabels,
  templateValue,
  humanize,
  routingLabels,
  ownLabels,
];

/** What is wrong with these rules, each with the problems that it has, in the order of the rules. */
export function checkRules<Own extends Rule>(
  rules: readonly Own[],
  context: Omit<CheckContext, 'all'>,
): readonly { readonly rule: Own; readonly check: string; readonly problem: Problem }[] {
  const asked = rules.map((rule) => ({ ...rule, query: readQuery(rule.expr) }));
  const all = { ...context, all: asked };
  return asked.flatMap((rule, i) => {
    const own = rules[i];
    if (!own) return [];
    const broken = syntax.problems(rule, all);
    if (broken.length > 0) return broken.map((problem) => ({ rule: own, check: syntax.name, problem }));
    const ignored = ignoredIn(rule.expr);
    return checks
      .filter(({ name }) => !ignored.includes(name))
      .flatMap((check) => check.problems(rule, all).map((problem) => ({ rule: own, check: check.name, problem })));
  });
}

/** Checks that the query's own comments switch off for it: `# watchpost: ignore promql/series`. */
function ignoredIn(expr: string): readonly string[] {
  return [...expr.matchAll(/^\s*#\s*watchpost:\s*ignore\s+(\S+)\s*$/gm)].map(([, name = '']) => name);
}
