import { nearest } from '../../stack/nearest.ts';

/** The known name that this one begins, or is most like: at most a quarter of it differs. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [longer] = known.filter((candidate) => candidate.startsWith(`${name}_`)).sort((a, b) => a.length - b.length);
  return longer ?? nearest(name, known, { differs: 4, longest: Number.POSITIVE_INFINITY });
}
