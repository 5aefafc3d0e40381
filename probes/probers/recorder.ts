import type { Phase } from '../../stack/metrics.ts';
import { reasons } from '../../stack/reasons.ts';
import type { DialledHost, Outcome, Sample, Step } from '../model.ts';
import { Failure, oneLine } from '../net/failure.ts';
import { turn } from '../net/turn.ts';
import { type Masks, openMasks } from './mask.ts';
import { toldApart } from './told-apart.ts';

/** Steps that were taken at one time; the texts are made when somebody asks for them. */
interface Taken {
  readonly atMs: number;
  readonly texts: string | (() => readonly string[]);
  /** Nothing in them is to be masked or cut any more. */
  readonly areShown?: true;
}

/**
 * Keeps the times, the steps and the samples of one attempt, and makes its outcome. Of a thousand runs a second nobody
 * reads the steps of more than a few, so their texts are masked and cut when they are read.
 */
export class Recorder {
  readonly #start = performance.now();
  readonly #taken: Taken[] = [];
  readonly #samples: Sample[] = [];
  #traits: Record<string, string> | undefined;
  #dialled: DialledHost | undefined;
  readonly #phases = new Map<Phase, number>();
  readonly #masks: Masks;

  constructor(masks: Masks = openMasks) {
    this.#masks = masks;
  }

  /** Takes out of a text of the peer's what must not be shown. Call it before a text is shortened: half a secret is one too. */
  get hide(): (text: string) => string {
    return this.#masks.found;
  }

  /** Milliseconds since the attempt began. */
  elapsedMs(): number {
    return performance.now() - this.#start;
  }

  /**
   * When that came in which a handler of the network is being told of, in milliseconds since the attempt began: before this handler
   * had its turn, where others had theirs.
   */
  arrivedMs(): number {
    return Math.max(0, turn.beganMs() - this.#start);
  }

  /** Does the work and adds its time to that of the phase, also when it fails: a phase that hung is where the time went. */
  async time<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const began = this.elapsedMs();
    try {
      return await work();
    } finally {
      this.phase(phase, this.elapsedMs() - began);
    }
  }

  /** Adds to the time of a phase what was measured where it ended. */
  phase(phase: Phase, ms: number): void {
    this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + Math.max(0, ms));
  }

  /** Milliseconds by phase, of those that ran. */
  get phases(): ReadonlyMap<Phase, number> {
    return this.#phases;
  }

  step(text: string): void {
    this.#taken.push({ atMs: this.elapsedMs(), texts: text });
  }

  /** Several steps at this time, in words that are made only when they are read. */
  lazySteps(texts: () => readonly string[]): void {
    this.#taken.push({ atMs: this.elapsedMs(), texts });
  }

  sample(metric: Sample['metric'], value: number, labels?: Sample['labels']): void {
    this.#samples.push(labels ? { metric, value, labels } : { metric, value });
  }

  /** What can be compared with another run; see `Outcome.traits`. */
  trait(name: string, value: string): void {
    this.#traits ??= {};
    this.#traits[name] = oneLine(this.hide(value));
  }

  /** See `Outcome.dialled`; the last one counts. */
  dialled(host: DialledHost): void {
    this.#dialled = host;
  }

  pass(): Outcome {
    return this.#outcome('ok', '', '');
  }

  /** The outcome of what was thrown; only a `Failure` is the target's doing, anything else is thrown on. */
  failed(error: unknown): Outcome {
    if (!(error instanceof Failure)) throw error;
    const expected = oneLine(this.#masks.expected(error.expected));
    const found = toldApart(oneLine(this.hide(error.found)), expected);
    this.#taken.push({
      atMs: this.elapsedMs(),
      texts: () => [`found ${found}`, `expected ${expected}`],
      areShown: true,
    });
    return this.#outcome(error.reason, found, expected);
  }

  #steps(): readonly Step[] {
    return this.#taken.flatMap(({ atMs, texts, areShown }) =>
      (typeof texts === 'string' ? [texts] : texts()).map((text) => ({
        atMs,
        text: areShown ? text : oneLine(this.hide(text)),
      })),
    );
  }

  #outcome(reason: Outcome['reason'], found: string, expected: string): Outcome {
    const measured = { durationMs: this.elapsedMs(), samples: this.#samples };
    const about = { ...(this.#traits && { traits: this.#traits }), ...(this.#dialled && { dialled: this.#dialled }) };
    return new RecordedOutcome(reason, { found, expected }, measured, about, () => this.#steps());
  }
}

/**
 * An outcome whose steps are made when somebody asks for them. The property is its own, so that a copy (`{ ...outcome }`) has them,
 * and its getter is the same function in all. One in an object literal is a new function each time, which V8 keeps by a pair of
 * accessors that is old from the beginning: all that the getter knows of the run then lives until the next full collection.
 */
class RecordedOutcome implements Outcome {
  readonly verdict: Outcome['verdict'];
  readonly reason: Outcome['reason'];
  readonly found: string;
  readonly expected: string;
  readonly durationMs: number;
  readonly samples: readonly Sample[];
  declare readonly steps: readonly Step[];
  declare readonly traits?: Readonly<Record<string, string>>;
  declare readonly dialled?: DialledHost;
  readonly #makeSteps: () => readonly Step[];
  #made: readonly Step[] | undefined;

  constructor(
    reason: Outcome['reason'],
    { found, expected }: Pick<Outcome, 'found' | 'expected'>,
    { durationMs, samples }: Pick<Outcome, 'durationMs' | 'samples'>,
    { traits, dialled }: Pick<Outcome, 'traits' | 'dialled'>,
    makeSteps: () => readonly Step[],
  ) {
    this.verdict = reasons[reason].verdict;
    this.reason = reason;
    this.found = found;
    this.expected = expected;
    this.durationMs = durationMs;
    this.samples = samples;
    this.#makeSteps = makeSteps;
    Object.defineProperty(this, 'steps', RecordedOutcome.#steps);
    if (traits) this.traits = traits;
    if (dialled) this.dialled = dialled;
  }

  static readonly #steps = {
    enumerable: true,
    get(this: RecordedOutcome): readonly Step[] {
      this.#made ??= this.#makeSteps();
      return this.#made;
    },
  };
}
