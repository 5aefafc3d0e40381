import type { SyntaxNode } from '@lezer/common';
import { formatDuration } from '../../stack/duration.ts';
import { type Check, inQuery } from './check.ts';
import { durationOf } from './query.ts';

/** A look back to where nothing is kept any more: the answer is of what is left, and nothing says so. */
export const retention: Check = {
  name: 'promql/range_query',
  problems: ({ query }, { retentionMs }) =>
    query.selectors.flatMap(({ node }) => {
      let lookedBackMs = 0;
      let last: SyntaxNode = node;
      for (let at = node.parent; at; at = at.parent) {
        const length = at.getChild('DurationExpr') ?? at.getChild('OffsetDurationExpr');
        const ms = durationOf(length, query.text);
        if (!length || ms === undefined || ms <= 0) continue;
        lookedBackMs += ms;
        last = length;
      }
      if (lookedBackMs <= retentionMs) return [];
      const [asked, kept] = [lookedBackMs, retentionMs].map(formatDuration);
      return [inQuery(`looks back ${asked}, and Prometheus keeps ${kept}`, last)];
    }),
};
