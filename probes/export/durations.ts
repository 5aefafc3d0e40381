import { type ExpositionWriter, labelText } from './exposition.ts';

/** Bounds in seconds: the default time limit of a probe is 5 s, and a good answer takes milliseconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10] as const;
const bucketTexts = [...bounds.map(String), '+Inf'].map((le) => labelText({ le }));

interface Counted {
  /** How many fell into each bucket and no lower one; the last is for those above all bounds. */
  readonly counts: Float64Array;
  sum: number;
  /** For each bucket the run that fell into it last, of those that were traced. */
  exemplars?: (Exemplar | undefined)[];
}

interface Exemplar {
  readonly traceId: string;
  readonly seconds: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/**
 * A histogram of durations. prom-client's costs as much for each run as the exporter does: it checks and hashes the labels
 * anew each time.
 */
export class Durations {
  /** By the text of their labels. */
  readonly #counted = new Map<string, Counted>();

  observe(labels: string, seconds: number, traced?: { readonly traceId: string; readonly at: number }): void {
    let counted = this.#counted.get(labels);
    if (!counted) {
      counted = { counts: new Float64Array(bounds.length + 1), sum: 0 };
      this.#counted.set(labels, counted);
    }
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++;
    counted.counts[bucket] = (counted.counts[bucket] ?? 0) + 1;
    counted.sum += seconds;
    if (!traced) return;
    counted.exemplars ??= [];
    counted.exemplars[bucket] = { ...traced, seconds };
  }

  /**
   * Writes all of it, and gives what was written so far each time that a part is due.
   * @param withExemplars only OpenMetrics has them
   */
  *write(writer: ExpositionWriter, withExemplars = false): Generator<string> {
    for (const [labels, { counts, sum, exemplars }] of this.#counted) {
      let total = 0;
      for (const [i, count] of counts.entries()) {
        total += count;
        const exemplar = withExemplars ? exemplars?.[i] : undefined;
        writer.sample(total, labels, bucketTexts[i], '_bucket', exemplar && sayExemplar(exemplar));
      }
      writer.sample(sum, labels, '', '_sum');
      writer.sample(total, labels, '', '_count');
      if (writer.isDue) yield writer.take();
    }
  }
}

function sayExemplar({ traceId, seconds, at }: Exemplar): string {
  return `{${labelText({ trace_id: traceId })}} ${seconds} ${at / 1_000}`;
}
