import { greatest, step } from './queries.ts';

/** How a range is written in a query: `rate(x[$__rate_interval])`. */
type Window = typeof step | '[$__range] @ end()';

/**
 * The lines that are the greatest over the whole time range, and no others at any time in it.
 * @param of the vector as it is over a window, aggregated to the labels `by`: once for each step, and once for all
 */
export function leaders(count: number, by: readonly string[], of: (window: Window) => string): string {
  return greatest(count, of(step), of('[$__range] @ end()'), by);
}
