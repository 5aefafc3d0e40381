import { recheckAfterMs } from '../../stack/probe-timing.ts';
import type { Clock, Memory, Outcome, ProbeId, Resolve, Run, RunTrace } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import { type Alarm, Alarms } from './alarms.ts';
import { Attempt } from './attempt.ts';
import { firstSlot, type Grid, gridOf, nextSlot } from './grid.ts';
import type { OwnWork } from './own-work.ts';

/** What the scheduler sees of a probe: when to call what. It knows no protocol. */
export interface Task extends ProbeId {
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly confirm: number;
  readonly run: (run: Run) => Promise<Outcome>;
}

/** A run that has ended: an attempt, and where it failed the re-checks that followed. */
export interface RunReport<T extends Task> {
  readonly task: T;
  /** It stands for a start on the grid; otherwise it was asked for. */
  readonly scheduled: boolean;
  /** How late it started, for a run that the grid started. */
  readonly latenessMs?: number;
  /** Of the first attempt, Unix milliseconds. */
  readonly startedAt: number;
  /** Of the attempt that decided, monotonic. */
  readonly decidedFromMs: number;
  /** Unix milliseconds. */
  readonly endedAt: number;
  /** Of the attempt that decided. A fail is a confirmed one: every re-check repeated it, or none was needed. */
  readonly outcome: Outcome;
}

export interface Observer<T extends Task> {
  /** Whether a fail of this probe must be re-checked: not while it is down already. */
  needsConfirming(task: T): boolean;
  /** The first attempt of a run failed, and `needsConfirming`; re-checks follow. */
  failing(task: T, outcome: Outcome): void;
  ended(report: RunReport<T>): void;
  /** Starts on the grid that were left out because the run before had not ended. */
  skipped(task: T, count: number): void;
  /** A fault of ours. */
  internal(place: string, error: unknown): void;
  /** A run begins; undefined where it is not traced. */
  trace?(task: T): RunTrace | undefined;
  /**
   * The outcome of an attempt that failed, or another one where the fail is our own doing. Times are monotonic.
   * @param work when the attempt's own handlers used the processor
   */
  judge?(task: T, outcome: Outcome, fromMs: number, toMs: number, work: OwnWork): Promise<Outcome>;
}

/** Runs every task on its grid until disposed. */
export class Scheduler<T extends Task> implements AsyncDisposable {
  readonly #loops = new ProbeMap<Loop<T>>();
  readonly #context: LoopContext<T>;
  readonly #ending = new Set<Promise<void>>();

  constructor(options: { clock: Clock; resolve: Resolve; memoryOf: (task: T) => Memory; observer: Observer<T> }) {
    this.#context = { ...options, epochMs: options.clock.monotonic(), alarms: new Alarms(options.clock) };
  }

  /** Starts a task, or replaces the one of the same name; what that one was doing is given up. */
  set(task: T): void {
    this.remove(task);
    const loop = new Loop(task, this.#context);
    this.#loops.set(task, loop);
    loop.start(this.#loops.size - 1);
  }

  /** The same task in a new object: nothing is restarted. */
  rename(task: T): void {
    const loop = this.#loops.get(task);
    if (loop) loop.task = task;
  }

  remove(id: ProbeId): void {
    const loop = this.#loops.get(id);
    if (!loop) return;
    this.#loops.delete(id);
    const end = loop.stop().finally(() => this.#ending.delete(end));
    this.#ending.add(end);
  }

  /**
   * A run at once, unless one that began at or after `notBeforeMs` (monotonic) is under way. Where an older one is, another
   * follows it; not, unless it is asked for `always`, where the probe is down by then.
   */
  runNow(id: ProbeId, notBeforeMs: number, always = false): void {
    this.#loops.get(id)?.runNow(notBeforeMs, always);
  }

  /** The probes that should have run by now and have not, the longest overdue first: empty when all is well. */
  stuck(): readonly { readonly task: T; readonly overdueMs: number }[] {
    return this.#loops
      .values()
      .map((loop) => ({ task: loop.task, overdueMs: loop.overdueMs() }))
      .filter(({ overdueMs }) => overdueMs > 0)
      .sort((a, b) => b.overdueMs - a.overdueMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const loop of this.#loops.values()) this.remove(loop.task);
    await Promise.all(this.#ending);
    this.#context.alarms[Symbol.dispose]();
  }
}

interface LoopContext<T extends Task> {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly memoryOf: (task: T) => Memory;
  readonly observer: Observer<T>;
  readonly epochMs: number;
  readonly alarms: Alarms;
}

interface CurrentRun {
  readonly startedMs: number;
  /** The start on the grid that it stands for. */
  dueMs: number | undefined;
  /** When its re-checks began. */
  coveredFromMs: number | undefined;
}

/** What may pass beyond the due time before a probe counts as stuck. */
const patienceMs = 10_000;

/** No run is under way. */
const over = Promise.resolve();

class Loop<T extends Task> {
  task: T;
  readonly #context: LoopContext<T>;
  readonly #grid: Grid;
  readonly #stop = new AbortController();
  #isStopped = false;
  readonly #alarm: Alarm;
  #dueMs = 0;
  #current: CurrentRun | undefined;
  #attempting: Attempt | undefined;
  #ended = over;
  #again: 'always' | 'unless down' | undefined;

  constructor(task: T, context: LoopContext<T>) {
    this.task = task;
    this.#context = context;
    this.#grid = gridOf(task, task.everyMs, context.epochMs);
    this.#alarm = context.alarms.alarm(() => this.#slot(this.#dueMs));
  }

  /** @param others how many probes there are besides */
  start(others: number): void {
    this.#arm(firstSlot(this.task, this.#grid, this.#context.clock.monotonic(), others));
  }

  runNow(notBeforeMs: number, always: boolean): void {
    if (!this.#current) this.#begin(undefined);
    else if (this.#current.startedMs < notBeforeMs && this.#again !== 'always')
      this.#again = always ? 'always' : 'unless down';
  }

  /** How long it has been silent beyond what its interval, time limits and re-checks explain. */
  overdueMs(): number {
    const { timeoutMs, confirm } = this.task;
    const longestRunMs = (timeoutMs + recheckAfterMs) * (confirm + 1);
    const sinceMs = this.#current ? this.#current.startedMs + longestRunMs : this.#dueMs;
    return this.#context.clock.monotonic() - sinceMs - patienceMs;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stop.abort();
    this.#attempting?.stop();
    this.#alarm.cancel();
    await this.#ended;
  }

  #arm(dueMs: number): void {
    this.#dueMs = dueMs;
    this.#alarm.set(dueMs);
  }

  #slot(dueMs: number): void {
    if (!this.#current) {
      this.#begin(dueMs);
    } else {
      // A run that was asked for is under way: it is as good as the scheduled one and stands for it.
      this.#current.dueMs ??= dueMs;
    }
  }

  #begin(dueMs: number | undefined): void {
    const current: CurrentRun = { startedMs: this.#context.clock.monotonic(), dueMs, coveredFromMs: undefined };
    this.#current = current;
    this.#ended = this.#run(current);
  }

  async #run(current: CurrentRun): Promise<void> {
    const { clock, observer } = this.#context;
    const startedAt = clock.now();
    const latenessMs = current.dueMs === undefined ? undefined : Math.max(0, current.startedMs - current.dueMs);
    let decidedFromMs = current.startedMs;
    const trace = observer.trace?.(this.task);
    try {
      let outcome = await this.#attempt(trace);
      if (outcome.verdict === 'fail' && !this.#isStopped && observer.needsConfirming(this.task)) {
        observer.failing(this.task, outcome);
        current.coveredFromMs = clock.monotonic();
        // Each re-check may clear it; the first attempt that does not fail decides.
        for (let left = this.task.confirm; left > 0 && outcome.verdict === 'fail' && !this.#isStopped; left--) {
          await pause(clock, recheckAfterMs, this.#stop.signal);
          if (this.#isStopped) break;
          decidedFromMs = clock.monotonic();
          outcome = await this.#attempt(trace);
        }
      }
      if (this.#isStopped) return;
      const scheduled = current.dueMs !== undefined;
      const report = { task: this.task, scheduled, startedAt, decidedFromMs, endedAt: clock.now(), outcome };
      observer.ended(latenessMs === undefined ? report : { ...report, latenessMs });
    } catch (error) {
      observer.internal('schedule', error);
    } finally {
      trace?.end();
      this.#current = undefined;
      this.#attempting = undefined;
      // Not the run's own promise, which would live until the next run.
      this.#ended = over;
      if (!this.#isStopped) this.#continue(current);
    }
  }

  #continue({ dueMs, coveredFromMs }: CurrentRun): void {
    if (dueMs !== undefined) {
      const next = nextSlot(this.#grid, dueMs, this.#context.clock.monotonic(), coveredFromMs);
      if (next.skipped > 0) this.#context.observer.skipped(this.task, next.skipped);
      this.#arm(next.dueMs);
    }
    const again = this.#again;
    this.#again = undefined;
    if (again === 'always' || (again && this.#context.observer.needsConfirming(this.task))) this.#begin(undefined);
  }

  async #attempt(trace: RunTrace | undefined): Promise<Outcome> {
    const { clock, resolve, memoryOf, observer } = this.#context;
    const fromMs = clock.monotonic();
    const internal = (place: string, error: unknown) => observer.internal(place, error);
    const traced = trace?.attempt();
    const memory = memoryOf(this.task);
    const traceparent = traced?.traceparent;
    const attempt = new Attempt(this.task, { clock, resolve, internal, memory, traceparent });
    this.#attempting = attempt;
    const came = await attempt.outcome;
    const outcome =
      came.verdict === 'fail' && observer.judge
        ? await observer.judge(this.task, came, fromMs, clock.monotonic(), attempt.work)
        : came;
    if (!traced) return outcome;
    traced.ended(outcome);
    return { ...outcome, span: traced.span };
  }
}

/** Returns after `ms`, or at once when `stop` aborts. */
async function pause(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = clock.after(ms, resolve);
  const onStop = () => resolve();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    if (!stop.aborted) await promise;
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
