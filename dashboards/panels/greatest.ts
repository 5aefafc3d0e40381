/** How a range is written in a query: `rate(x[$__rate_interval])`. */
type Window = '[$__rate_interval]' | '[$__range] @ end()';

/**
 * The lines that are the greatest over the whole time range, and no others at any time in it: `topk` alone picks others at
 * each step, and a graph has all of them.
 * @param of the vector as it is over a window, aggregated to the labels `by`: once for each step, and once for all
 */
export function greatest(count: number, by: readonly string[], of: (window: Window) => string): string {
  return `${of('[$__rate_interval]')} and on (${by.join(', ')}) topk(${count}, ${of('[$__range] @ end()')})`;
}
