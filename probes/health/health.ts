import type { Log } from '../export/log.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock, Outcome, Plan, PlannedProbe, Resolve } from '../model.ts';
import type { OwnWork } from '../schedule/own-work.ts';
import { type ControlName, controls, type MakeControls, startControls } from './controls.ts';
import { EventLoopWatch } from './event-loop.ts';
import { judge } from './judge.ts';
import { References } from './references.ts';

/** How often the schedule is looked after. By a timer of its own: one that has stopped cannot tell of itself. */
const lookEveryMs = 5_000;

export interface HealthOptions {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly metrics: OwnMetrics;
  readonly log: Log;
  /** Without it there are no controls. */
  readonly controls: MakeControls | undefined;
  /** How many probes are overdue by more than can be explained, and which, in words. */
  readonly stuck: () => { readonly count: number; readonly words: string };
  readonly internal: (place: string, error: unknown) => void;
}

/** What the prober knows of itself: whether it can be trusted at this moment. */
export class Health implements AsyncDisposable {
  readonly #options: HealthOptions;
  readonly #loop: EventLoopWatch;
  readonly #references: References;
  readonly #wrong = new Set<ControlName>();
  #looking: NodeJS.Timeout | undefined;
  #isStuck = false;
  #controls: AsyncDisposable | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
    const now = () => options.clock.monotonic();
    this.#loop = new EventLoopWatch(now);
    this.#references = new References({ resolve: options.resolve, now });
  }

  configure(plan: Plan): void {
    this.#references.configure(plan.references);
  }

  /** Begins to look after the schedule, and starts the controls. */
  async start(): Promise<void> {
    const { clock, resolve, controls: make, metrics, internal } = this.#options;
    this.#look();
    this.#looking = setInterval(() => this.#look(), lookEveryMs).unref();
    if (!make) return;
    this.#controls = await startControls({
      clock,
      resolve,
      make,
      judge: (...attempted) => this.judge(...attempted),
      ran: (name, correct, outcome) => {
        metrics.set('watchpost_control_correct', correct ? 1 : 0, { control: name });
        metrics.set('watchpost_control_last_run_timestamp_seconds', clock.now() / 1_000, { control: name });
        this.#tellControl(name, correct, outcome);
      },
      internal,
    });
  }

  judge(probe: PlannedProbe, outcome: Outcome, fromMs: number, toMs: number, work: OwnWork): Promise<Outcome> {
    return judge(probe, outcome, fromMs, toMs, { loop: this.#loop, references: this.#references, work });
  }

  /** Whether a host that is always reachable answers; undefined where the user named none. */
  reference(): Promise<boolean> | undefined {
    return this.#references.named ? this.#references.answer() : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    this.#loop[Symbol.dispose]();
    await this.#controls?.[Symbol.asyncDispose]();
  }

  #look(): void {
    const { metrics, log, stuck } = this.#options;
    const { count, words } = stuck();
    metrics.set('watchpost_stuck_probes', count);
    if (count > 0 && !this.#isStuck) {
      log.record({ event: 'scheduler_stuck', level: 'error', message: `probes do not run: ${words}` });
    } else if (count === 0 && this.#isStuck) {
      log.record({ event: 'scheduler_stuck', level: 'info', message: 'all probes run again' });
    }
    this.#isStuck = count > 0;
  }

  #tellControl(name: ControlName, correct: boolean, { verdict, reason, found }: Outcome): void {
    if (correct === !this.#wrong.has(name)) return;
    if (correct) this.#wrong.delete(name);
    else this.#wrong.add(name);
    const what = verdict === 'pass' ? 'a pass' : `${reason}: ${found}`;
    this.#options.log.record({
      event: 'control_wrong',
      level: correct ? 'info' : 'error',
      message: correct
        ? `the control ${name} is judged rightly again`
        : `the control ${name} was judged wrongly (${what}, expected a ${controls[name]}): no verdict can be trusted`,
    });
  }
}
