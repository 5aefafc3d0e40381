import type { Failure } from '../../stack/alert.ts';
import type { Outcome } from '../model.ts';

/** An outcome as a page says it. */
export function failureOf({ reason, found, expected, diagnosis }: Outcome): Failure {
  return { reason, found, expected, diagnosis: diagnosis?.tried, changed: diagnosis?.changed };
}
