import { RE2JS, RE2JSSyntaxException } from 're2js';
import { type Check, inQuery, type Problem } from './check.ts';
import type { Matcher } from './query.ts';

/** A pattern that need not be one, or is none. */
export const regexp: Check = {
  name: 'promql/regexp',
  problems: ({ query }) =>
    query.selectors.flatMap(({ matchers }) =>
      matchers.filter(({ operator }) => operator.endsWith('~')).flatMap((matcher) => patternProblems(matcher)),
    ),
};

function patternProblems(matcher: Matcher): readonly Problem[] {
  const { label, operator, value } = matcher;
  const plain = operator === '=~' ? '=' : '!=';
  if (!compiles(value)) return [inQuery(`the pattern ${JSON.stringify(value)} is none`, matcher)];
  if (/^\^/.test(value) || /(?<!\\)\$$/.test(value)) {
    return [inQuery('a pattern always matches the whole value: ^ and $ say nothing', matcher, 'leave them out')];
  }
  if (value === '.*') {
    const does = operator === '=~' ? 'matches everything' : 'matches nothing';
    return [inQuery(`${label}${operator}".*" ${does}`, matcher, 'leave it out, or write .+ for a label that is set')];
  }
  if (!/[.+*?()[\]{}|\\^$]/.test(value)) {
    return [inQuery('a pattern without any special character', matcher, `write ${label}${plain}"${value}"`)];
  }
  return [];
}

/** By the syntax that Prometheus reads. */
function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch (error) {
    // What else it may throw is ours to know.
    if (error instanceof RE2JSSyntaxException) return false;
    throw error;
  }
}
