import { nearest } from '../stack/nearest.ts';

/** `did you mean "timeout"? known keys: every, timeout`. */
export function suggest(name: string, known: readonly string[], kind: string): string {
  const meant = nearest(name, known);
  const list = known.length === 0 ? `there are no ${kind}` : `known ${kind}: ${known.join(', ')}`;
  return meant === undefined ? list : `did you mean "${meant}"? ${list}`;
}
