import type { z } from 'zod';
import type { MetricName } from '../../stack/metrics.ts';
import type { Outcome, Run } from '../model.ts';
import type { HostPort } from '../net/host-port.ts';

/**
 * A protocol. Its `kind` is the key in watchpost.yaml; `value` is what stands at that key (a URL, a `host:port`);
 * `options` are the keys that may stand beside it, besides the common ones (`every`, `timeout`, `confirm`, `recover`,
 * `severity`). Both are described (`.describe()`): the reference and the JSON Schema are made from them.
 */
export interface Prober<Value extends z.ZodType = z.ZodType, Options extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly describe: string;
  readonly value: Value;
  readonly options: Options;
  /** The metrics that an outcome of this prober may carry in `samples`. */
  readonly metrics: readonly MetricName[];
  /**
   * Options that the value makes meaningless, such as demands on a certificate where there is no TLS. Each is a fault in the
   * user's file: an expectation that is never looked at must not look like one that holds.
   */
  misfits?(value: z.output<Value>, options: z.output<Options>): readonly Misfit[];
  /** What the options give up, in a sentence without an end: `check` prints it for each probe. */
  warnings?(value: z.output<Value>, options: z.output<Options>): readonly string[];
  /** It judges what jobs report (`Run.memory.beats`): each probe has a URL of its own for them. */
  readonly awaitsBeats?: boolean;
  /** The file that holds what these jobs prove themselves with; undefined where it is made at random. */
  tokenFile?(value: z.output<Value>): string | undefined;
  /** Whether these jobs report by POST alone. */
  postOnly?(value: z.output<Value>): boolean;
  /** What it looks at is in one place: a file of this host, a job that reports here. It runs at `location` only. */
  readonly atOnePlace?: boolean;
  /** How long what it awaits may stay away before a run fails: interval and grace of a job. A run sees anything else at once. */
  awaitsMs?(value: z.output<Value>, options: z.output<Options>): number;
  /** What is probed, without anything secret: the `target` label. */
  target(value: z.output<Value>): string;
  /**
   * What is dialled, in order, for checks of the configuration (which parts of the stack it names) and for the diagnosis. Empty
   * where nothing is. A proxy comes before what it dials.
   */
  endpoints(value: z.output<Value>, options: z.output<Options>): readonly HostPort[];
  /** The same probe done otherwise, for the diagnosis of a confirmed fail: without verification, without a proxy. */
  variants?(value: z.output<Value>, options: z.output<Options>): readonly OptionsVariant<z.output<Options>>[];
  /** One attempt. Never throws for what the target did; a throw is a fault of ours and is counted as `internal`. */
  probe(value: z.output<Value>, options: z.output<Options>, run: Run): Promise<Outcome>;
}

export interface OptionsVariant<Options> {
  /** What is different: `without verifying the certificate`. */
  readonly name: string;
  readonly options: Options;
}

export interface Misfit {
  /** Below the probe: `['expect', 'valid_for']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
}
