import { ancestors, type Dependencies } from '../../stack/dependencies.ts';
import { manyServices } from '../../stack/many-services.ts';
import { followMs, holdBackMs } from '../../stack/probe-timing.ts';
import type { Clock, Outcome, PlannedProbe, ProbeId, ProbeState, Transition } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import { initialStanding, type Standing, step } from './machine.ts';
import { Outage } from './outage.ts';

/** Between the passes of a probe that follows. */
const followAgainMs = 1_000;

/** What the state needs to know of a run that has ended. */
export interface EndedRun {
  readonly task: PlannedProbe;
  readonly startedAt: number;
  readonly decidedFromMs: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

interface Entry {
  probe: PlannedProbe;
  /** What the runs say. */
  standing: Standing;
  /** What the rest of the world is told; behind `standing` only while a fail is held back. */
  published: ProbeState;
  /** When the attempt of the last pass began, monotonic. */
  passedFromMs: number;
  /** When the first attempt of the failure was seen to fail, monotonic. */
  failedMs: number;
  held: Disposable | undefined;
  /** It has recovered, and the world is told once those behind it have, too. */
  leaving: { readonly up: Transition; readonly timer: Disposable } | undefined;
  /** It is asked once more, to follow one that has recovered. */
  followUp: Disposable | undefined;
  /** The diagnosis of the fail that is held back, until it has come to an end. */
  diagnosing: Promise<unknown> | undefined;
}

export interface StatesOptions {
  readonly clock: Clock;
  /** Asks for a run of a probe that the failing one depends on, no older than `notBeforeMs` (monotonic). */
  readonly ask: (probe: PlannedProbe, notBeforeMs: number) => void;
  /** Whether nobody is to hear of a fail of this service: it was in a maintenance window when the run began, or is now. */
  readonly muted?: (service: string, startedAt: number) => boolean;
  /** The outcome of a confirmed fail with what can be found out about it. A page waits for it, `holdBackMs` at most. */
  readonly diagnose?: (probe: PlannedProbe, outcome: Outcome) => Promise<Outcome>;
  /** What the world was told of the probe before the process ended, where it was down. */
  readonly kept?: (probe: PlannedProbe) => ProbeState | undefined;
  /** The world is told something else of the probe from now on. */
  readonly keep?: (probe: PlannedProbe, state: ProbeState) => void;
  /** A confirmed change. Parents are told of before their children. */
  readonly changed: (transition: Transition) => void;
}

/**
 * The state of every probe, and which changes count. A confirmed fail is held back until the services that
 * the failing one depends on have answered, so that a database is paged for before the services behind it, and until it has
 * been diagnosed.
 */
export class ProbeStates implements Disposable {
  readonly #options: StatesOptions;
  readonly #entries = new ProbeMap<Entry>();
  readonly #held = new Set<Entry>();
  /** Those that have recovered and wait for others. */
  readonly #leaving = new Set<Entry>();
  readonly #outage: Outage;
  /** How many probes are published as what: counted as they change, for there may be ten thousand. */
  readonly #tally = { unknown: 0, up: 0, down: 0 };
  #dependencies: Dependencies = new Map();

  constructor(options: StatesOptions) {
    this.#options = options;
    this.#outage = new Outage({
      clock: options.clock,
      ask: options.ask,
      downServices: () => this.#downServices(),
      changed: (outcome, since) => this.#outageChanged(outcome, since),
    });
  }

  /** Takes on a new configuration. A probe whose identity has not changed keeps its state. */
  configure(probes: readonly PlannedProbe[], dependencies: Dependencies): void {
    this.#dependencies = dependencies;
    const stale = new Set(this.#entries.values());
    for (const probe of probes) {
      const entry = this.#entries.get(probe);
      if (entry && sameIdentity(entry.probe, probe)) {
        entry.probe = probe;
        stale.delete(entry);
      } else {
        // Only a probe that is new to this process can have been told of by the one before.
        const fresh = newEntry(probe, entry ? undefined : this.#options.kept?.(probe));
        this.#entries.set(probe, fresh);
        this.#tally[fresh.published.status]++;
      }
    }
    for (const entry of stale) {
      this.#release(entry);
      this.#tally[entry.published.status]--;
      if (entry.published.status === 'down') this.#options.keep?.(entry.probe, initialStanding.state);
      if (this.#entries.get(entry.probe) === entry) this.#entries.delete(entry.probe);
    }
    this.#outage.configure(probes, dependencies, this.of(manyServices).status === 'down');
    this.#publishSettled();
  }

  /** As the world is told. */
  of(id: ProbeId): ProbeState {
    return this.#entries.get(id)?.published ?? initialStanding.state;
  }

  /** Whether a fail still has to be confirmed: not while the probe is down, told or held back. */
  needsConfirming(id: ProbeId): boolean {
    return this.#entries.get(id)?.standing.state.status !== 'down';
  }

  /** The probes that are down as the world is told. */
  down(): readonly { readonly probe: PlannedProbe; readonly since: number; readonly outcome: Outcome }[] {
    return this.#entries
      .values()
      .flatMap(({ probe, published }) => (published.status === 'down' ? [{ probe, ...published }] : []));
  }

  /** How the probes other than this one stand; those that have not been judged yet count as neither. */
  others(id: ProbeId): { readonly up: number; readonly down: number } {
    const own = this.#entries.get(id);
    const many = this.#entries.get(manyServices);
    const states = this.#entries.values().filter((entry) => entry !== own && entry !== many);
    const count = (status: ProbeState['status']) =>
      states.filter(({ published }) => published.status === status).length;
    return { up: count('up'), down: count('down') };
  }

  /** The first attempt of a run failed: time to ask the services that this one depends on. */
  failing(probe: PlannedProbe): void {
    const entry = this.#entries.get(probe);
    if (!entry) return;
    entry.failedMs = this.#options.clock.monotonic();
    this.#outage.failing(probe);
    for (const parent of this.#parents(entry)) {
      if (!this.#isSettled(parent, entry.failedMs)) this.#options.ask(parent.probe, entry.failedMs);
    }
  }

  ended(run: EndedRun): void {
    const entry = this.#entries.get(run.task);
    if (!entry) return;
    this.#outage.ended(run);
    const before = entry.standing.state;
    entry.standing = step(entry.standing, run.outcome, run.startedAt, entry.probe.recover);
    const after = entry.standing.state;
    if (run.outcome.verdict === 'pass') entry.passedFromMs = run.decidedFromMs;
    if (after.status === 'down') {
      if (before.status !== 'down' && entry.leaving) this.#stay(entry);
      else if (before.status !== 'down') this.#holdUnlessMuted(entry, run);
      else if (run.outcome.verdict === 'fail') this.#failsStill(entry, run);
    } else if (before.status === 'down') {
      this.#recovered(entry, before.since, run);
    } else {
      this.#tell(entry, after);
    }
    if (run.outcome.verdict === 'pass') {
      this.#follow(entry);
      this.#passed();
    }
    this.#publishSettled();
  }

  [Symbol.dispose](): void {
    this.#outage[Symbol.dispose]();
    for (const entry of this.#entries.values()) this.#release(entry);
  }

  /** The end of an outage of many is looked for when one of them has passed; that there is none is known then, too. */
  #passed(): void {
    const many = this.#entries.get(manyServices);
    if (many?.published.status === 'unknown') this.#tell(many, { status: 'up' });
    else if (many?.published.status === 'down') this.#outage.lookForEnd();
  }

  #outageChanged(outcome: Outcome, since: number): void {
    const entry = this.#entries.get(manyServices);
    if (!entry) return;
    const before = entry.published;
    const state: ProbeState = outcome.verdict === 'pass' ? { status: 'up' } : { status: 'down', since, outcome };
    entry.standing = { ...initialStanding, state };
    this.#tell(entry, state);
    const { probe } = entry;
    if (state.status === 'down') this.#options.changed({ probe, to: 'down', at: since, since, outcome });
    else if (before.status === 'down') {
      this.#options.changed({ probe, to: 'up', at: Math.max(since, before.since), since: before.since, outcome });
    }
  }

  #downServices(): ReadonlySet<string> {
    const down = this.#entries.values().filter(({ standing }) => standing.state.status === 'down');
    return new Set(down.map(({ probe }) => probe.service));
  }

  #recovered(entry: Entry, since: number, { endedAt, outcome }: EndedRun): void {
    const told = entry.published.status === 'down';
    this.#release(entry);
    if (!told) {
      this.#tell(entry, entry.standing.state);
      return;
    }
    const up: Transition = { probe: entry.probe, to: 'up', at: Math.max(endedAt, since), since, outcome };
    const behind = this.#behind(entry);
    if (behind.length === 0) {
      this.#tellUp(entry, up);
      return;
    }
    this.#leaving.add(entry);
    entry.leaving = { up, timer: this.#options.clock.after(followMs, () => this.#left(entry)) };
    for (const { probe } of behind) this.#options.ask(probe, this.#options.clock.monotonic());
  }

  /** Who is down, as the world is told, and depends on it. */
  #behind({ probe: { service } }: Entry): readonly Entry[] {
    return this.#entries
      .values()
      .filter(
        (entry) =>
          entry.published.status === 'down' && ancestors(this.#dependencies, entry.probe.service).includes(service),
      );
  }

  /** One that passes while somebody waits for it need not wait for its interval; the last of them ends the waiting. */
  #follow(entry: Entry): void {
    if (this.#leaving.size === 0) return;
    const waiting = this.#parents(entry).filter(({ leaving }) => leaving);
    if (waiting.length === 0) return;
    if (entry.standing.state.status === 'down') {
      const again = () => this.#options.ask(entry.probe, this.#options.clock.monotonic());
      entry.followUp?.[Symbol.dispose]();
      entry.followUp = this.#options.clock.after(followAgainMs, again);
    }
    for (const parent of waiting) if (this.#behind(parent).length === 0) this.#left(parent);
  }

  #left(entry: Entry): void {
    const { leaving } = entry;
    this.#release(entry);
    if (!leaving) return;
    this.#tellUp(entry, leaving.up);
    for (const parent of this.#parents(entry)) {
      if (parent.leaving && this.#behind(parent).length === 0) this.#left(parent);
    }
  }

  #tellUp(entry: Entry, up: Transition): void {
    this.#tell(entry, { status: 'up' });
    this.#options.changed(up);
  }

  /** It fails again before the world was told that it had recovered: it has been down all along. */
  #stay(entry: Entry): void {
    this.#release(entry);
    entry.standing = { ...initialStanding, state: entry.published };
  }

  /** It was down in silence and still is: time to speak, unless there is reason for silence yet. */
  #failsStill(entry: Entry, run: EndedRun): void {
    if (entry.published.status === 'down' || entry.held || this.#isMuted(entry, run.startedAt)) return;
    const { state } = entry.standing;
    if (state.status === 'down') entry.standing = { ...entry.standing, state: { ...state, outcome: run.outcome } };
    this.failing(entry.probe);
    this.#hold(entry);
  }

  #holdUnlessMuted(entry: Entry, { startedAt }: EndedRun): void {
    if (!this.#isMuted(entry, startedAt)) this.#hold(entry);
  }

  /** Its own service is in a window, or one that it depends on is in one and down. */
  #isMuted(entry: Entry, startedAt: number): boolean {
    const { muted } = this.#options;
    if (!muted) return false;
    return (
      muted(entry.probe.service, startedAt) ||
      this.#parents(entry).some(
        ({ probe, standing, published }) =>
          standing.state.status === 'down' && published.status !== 'down' && muted(probe.service, startedAt),
      )
    );
  }

  #hold(entry: Entry): void {
    this.#held.add(entry);
    entry.held = this.#options.clock.after(holdBackMs, () => {
      this.#publish(entry);
      this.#publishSettled();
    });
    this.#diagnose(entry);
  }

  #diagnose(entry: Entry): void {
    const { state } = entry.standing;
    if (!this.#options.diagnose || state.status !== 'down') return;
    const diagnosing = this.#options.diagnose(entry.probe, state.outcome).then((outcome) => {
      // Another failure, or none, may have taken its place.
      if (entry.diagnosing !== diagnosing || entry.standing.state.status !== 'down') return;
      entry.diagnosing = undefined;
      entry.standing = { ...entry.standing, state: { ...entry.standing.state, outcome } };
      this.#publishSettled();
    });
    entry.diagnosing = diagnosing;
  }

  #release(entry: Entry): void {
    for (const timer of [entry.held, entry.leaving?.timer, entry.followUp]) timer?.[Symbol.dispose]();
    entry.held = undefined;
    entry.leaving = undefined;
    entry.followUp = undefined;
    entry.diagnosing = undefined;
    this.#held.delete(entry);
    this.#leaving.delete(entry);
  }

  #tell(entry: Entry, state: ProbeState): void {
    this.#tally[entry.published.status]--;
    this.#tally[state.status]++;
    const changes = state.status === 'down' || entry.published.status === 'down';
    if (changes && state !== entry.published) this.#options.keep?.(entry.probe, state);
    entry.published = state;
  }

  #publish(entry: Entry): void {
    this.#release(entry);
    const { state } = entry.standing;
    if (state.status !== 'down' || this.#isMuted(entry, this.#options.clock.now())) return;
    // Where it is one of many, that is told first.
    this.#outage.lookForBegin();
    this.#tell(entry, state);
    const { since, outcome } = state;
    this.#options.changed({ probe: entry.probe, to: 'down', at: since, since, outcome });
  }

  /** Tells of every held fail whose parents have settled; one that is told of may settle the next. */
  #publishSettled(): void {
    if (this.#outage.isOpen) return;
    for (let told = true; told; ) {
      told = false;
      for (const entry of [...this.#held]) {
        if (
          entry.diagnosing === undefined &&
          this.#parents(entry).every((parent) => this.#isSettled(parent, entry.failedMs))
        ) {
          this.#publish(entry);
          told = true;
        }
      }
    }
  }

  /** It has passed since, or it is down and the world was told, or will not be. */
  #isSettled(entry: Entry, ms: number): boolean {
    if (entry.published.status === 'down' || entry.passedFromMs >= ms) return true;
    return entry.standing.state.status === 'down' && !entry.held && this.#isMuted(entry, this.#options.clock.now());
  }

  #parents(entry: Entry): readonly Entry[] {
    return ancestors(this.#dependencies, entry.probe.service).flatMap((service) => this.#entries.ofService(service));
  }
}

function newEntry(probe: PlannedProbe, state: ProbeState = initialStanding.state): Entry {
  return {
    probe,
    standing: { ...initialStanding, state },
    published: state,
    passedFromMs: Number.NEGATIVE_INFINITY,
    failedMs: Number.NEGATIVE_INFINITY,
    held: undefined,
    leaving: undefined,
    followUp: undefined,
    diagnosing: undefined,
  };
}

/** The labels by which rules and Alertmanager know a probe; with another one it is another alert. */
export function sameIdentity(a: PlannedProbe, b: PlannedProbe): boolean {
  return (
    a.service === b.service &&
    a.probe === b.probe &&
    a.target === b.target &&
    a.severity === b.severity &&
    a.team === b.team
  );
}
