import type { SyntaxNode } from '@lezer/common';
import { type Check, inQuery } from './check.ts';
import { binaryOf, callOf, inner, type Query } from './query.ts';

const comparisons = ['==', '!=', '>', '>=', '<', '<='];

/** An alert that fires whenever its series are there. */
export const comparison: Check = {
  name: 'alerts/comparison',
  problems: ({ kind, query }) => {
    if (kind !== 'alert' || isAlwaysMeant(query) || isCondition(query.root, query.text)) return [];
    const hint = 'compare with something: > 0; a comparison with bool is always a value';
    return [inQuery('the alert has no condition: it fires whenever its series are there', inner(query.root), hint)];
  },
};

/** `vector(1)` is a signal that must never stop. */
function isAlwaysMeant({ text }: Query): boolean {
  return /^vector\(1\)$/.test(text.replaceAll(/^\s*#.*$|\s/gm, ''));
}

/** Whether the result is empty where all is well. */
function isCondition(node: SyntaxNode, text: string): boolean {
  const about = inner(node);
  if (about.name === 'BinaryExpr') {
    const { operator, left, right, isBool } = binaryOf(about, text);
    if (operator === 'or') return isCondition(left, text) && isCondition(right, text);
    if (operator === 'unless') return true;
    if (operator === 'and') return isCondition(left, text) || isCondition(right, text);
    if (comparisons.includes(operator)) return !isBool;
    return isCondition(left, text) || isCondition(right, text);
  }
  if (about.name === 'FunctionCall') {
    const { function: name, args } = callOf(about, text);
    return /^absent/.test(name) || args.some((arg) => isCondition(arg, text));
  }
  if (about.name === 'AggregateExpr') {
    const operand = about.getChild('FunctionCallBody')?.lastChild;
    return operand ? isCondition(operand, text) : false;
  }
  const first = about.firstChild;
  return first !== null && first.name !== 'Identifier' && first.name !== 'LabelMatchers' && isCondition(first, text);
}
