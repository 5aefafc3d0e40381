import type { SyntaxNode } from '@lezer/common';
import { type Check, inQuery } from './check.ts';
import { callOf } from './query.ts';

/** What makes sense of a counter. Whether it is there, how it was and how often it began anew can be asked of one as well. */
const takesCounters = new Set([
  'rate',
  'irate',
  'increase',
  'resets',
  'absent',
  'absent_over_time',
  'present_over_time',
  'count_over_time',
  'timestamp',
  'changes',
  'histogram_quantile',
  'last_over_time',
]);

/** The value of a counter itself: it says how long the process has run, not what happens. */
export const counter: Check = {
  name: 'promql/counter',
  problems: ({ query }, { known }) =>
    query.selectors.flatMap(({ name, node, from }) => {
      if (name === undefined || known(name)?.type !== 'counter' || isCounted(node, query.text)) return [];
      return [
        inQuery(
          `"${name}" is a counter: it only grows`,
          { from, to: from + name.length },
          'ask for its rate or increase',
        ),
      ];
    }),
};

function isCounted(node: SyntaxNode, text: string): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.name === 'FunctionCall' && takesCounters.has(callOf(at, text).function)) return true;
    // Of these only the labels count.
    if (at.name === 'AggregateExpr' && /^(?:count|group)\b/i.test(text.slice(at.from, at.to))) return true;
    if (at.name === 'BinaryExpr' && /\b(?:and|unless)\b/.test(operatorOf(at, text)) && isRight(node, at)) return true;
  }
  return false;
}

function operatorOf(node: SyntaxNode, text: string): string {
  const operator = node.getChild('And') ?? node.getChild('Unless');
  return operator ? text.slice(operator.from, operator.to) : '';
}

function isRight(node: SyntaxNode, binary: SyntaxNode): boolean {
  const last = binary.lastChild;
  return last !== null && last.from <= node.from && node.to <= last.to;
}
