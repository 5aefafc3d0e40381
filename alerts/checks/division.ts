import type { SyntaxNode } from '@lezer/common';
import { type Check, inQuery } from './check.ts';

/** A division inside of an aggregation: one NaN (0 / 0) makes the whole sum one, and a comparison with NaN is never true. `min` and `max` pass it over. */
export const division: Check = {
  name: 'promql/nan',
  problems: ({ query }) =>
    query.binaries.flatMap(({ operator, node, right, at }) => {
      if (operator !== '/' || isNumber(right) || isGuarded(right, query.text)) return [];
      for (let outer = node.parent; outer; outer = outer.parent) {
        if (outer.name !== 'AggregateExpr') continue;
        const how = query.text.slice(outer.from, outer.firstChild?.to);
        if (!['sum', 'avg', 'stddev', 'stdvar'].includes(how)) continue;
        const hint = `divide the sums instead, or guard what may be 0: (… > 0)`;
        return [inQuery(`a division inside of ${how}: where it is 0 / 0, all of the ${how} is NaN`, at, hint)];
      }
      return [];
    }),
};

function isNumber(node: SyntaxNode): boolean {
  return (
    node.name === 'NumberDurationLiteral' ||
    (node.name === 'ParenExpr' && node.firstChild !== null && isNumber(node.firstChild))
  );
}

function isGuarded(node: SyntaxNode, text: string): boolean {
  return /[>!]=?\s*(?:bool\s+)?0\s*\)*$/.test(text.slice(node.from, node.to));
}
