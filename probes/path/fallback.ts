import type { Failing } from '../export/fast-path.ts';
import { followParentsMs, parentsOf } from '../export/parents-of.ts';
import type { Clock, Plan, Transition } from '../model.ts';
import type { Delivery, Page } from '../pager/index.ts';
import { type ChannelName, channelNames, channelsOf, type MakePager } from '../pager/single-channel.ts';
import { ProbeMap } from '../probe-map.ts';
import type { KeptPages } from '../state/kept-pages.ts';
import { isNotice, keptOf, type Letter, letterOf, newLetter, newNotice, pageOf } from './letter.ts';
import { Outbox } from './outbox.ts';
import { type Break, stages } from './stages.ts';

/** Between two looks at what is muted, and at what is settled. */
const tickMs = 5_000;
/** From a state to the alert of a rule: a scrape, an evaluation, and the sending. */
const ruleMs = 20_000;
/** Until then Alertmanager has delivered or given up (its group interval), and its counters have been read. */
const settledMs = 45_000;

export interface FallbackOptions {
  readonly clock: Clock;
  readonly plan: () => Plan;
  /** The probes that are down at this moment. */
  readonly down: () => readonly Failing[];
  readonly pager: MakePager;
  /** Without it what is still to be delivered is lost with the process. */
  readonly kept: KeptPages | undefined;
  /** Where the path is broken, and whether Alertmanager fails on a channel by its own counters. */
  readonly broken: () => Break | undefined;
  readonly failsOn: (channel: ChannelName) => boolean;
  /** Whether the last that Alertmanager's counters say of a channel is a failure. */
  readonly isTroubled: (channel: ChannelName) => boolean;
  /** Whether alerts come back to here: without it, what Alertmanager has taken counts as told. */
  readonly hasProof: boolean;
  readonly delivered: (delivery: Delivery, page: Page) => void;
  readonly undeliverable: (page: Page) => void;
  readonly internal: (error: unknown) => void;
}

/**
 * Tells by itself what Alertmanager cannot. Of every failure it keeps whether Alertmanager took it and has been seen to
 * deliver since. What it has not when the path breaks, or when it ends without having been taken at all, is sent from here;
 * when the path is whole again, what lasts is Alertmanager's again.
 */
export class Fallback implements AsyncDisposable {
  readonly #options: FallbackOptions;
  readonly #outbox: Outbox;
  readonly #open = new ProbeMap<Letter>();
  readonly #ended = new Set<Letter>();
  #notice: Letter | undefined;
  #noticed: Break | undefined;
  #timer: Disposable | undefined;
  #isRestored = false;
  #isStopped = false;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#outbox = new Outbox({
      ...options,
      letters: () => this.#letters(),
      told: (letters) => {
        for (const letter of letters) this.#keep(letter, 'now');
        this.#arm(0);
      },
    });
  }

  changed({ probe, to, at, since, outcome }: Transition): void {
    if (to === 'down') {
      const letter = newLetter({ probe, since, outcome });
      if (probe.byQuorum) letter.takenAt = at + ruleMs;
      this.#open.set(probe, letter);
      this.#keep(letter, 'later');
    } else {
      const now = this.#options.clock.now();
      for (const open of this.#open.values()) if (this.#parents(open).has(probe.service)) open.mutedAt = now;
      this.#end(this.#open.get(probe), at);
    }
    this.#arm(0);
  }

  /**
   * The configuration is a new one: what it no longer knows is over.
   * @returns where the path was broken when the process before ended; at the first call only
   */
  configured(): Break | undefined {
    const wasRestored = this.#isRestored;
    if (!wasRestored) this.#restore();
    this.#isRestored = true;
    const down = new ProbeMap<true>();
    for (const { probe } of this.#options.down()) down.set(probe, true);
    for (const open of this.#open.values()) if (!down.has(open.probe)) this.#end(open, this.#options.clock.now());
    this.#arm(0);
    return wasRestored ? undefined : this.#noticed;
  }

  /** Alertmanager took these. */
  taken(failing: readonly Failing[]): void {
    const at = this.#options.clock.now();
    for (const { probe, since } of failing) {
      const letter = this.#open.get(probe);
      if (letter?.since !== since || letter.takenAt !== undefined) continue;
      letter.takenAt = at;
      letter.proven = !this.#options.hasProof;
      this.#keep(letter, 'later');
    }
  }

  /**
   * A Watchdog alert came back: what Alertmanager took before has been delivered too, unless its counters say otherwise.
   * @param byRules whether Prometheus's did: what only a rule sends is known by nothing else
   */
  proved(byRules: boolean): void {
    const now = this.#options.clock.now();
    for (const letter of this.#letters()) {
      // A rule takes a while, so that the time may be to come; a later one is of a clock that was ahead.
      if (letter.takenAt !== undefined && letter.takenAt > now + ruleMs) letter.takenAt = now;
      if (letter.proven || letter.takenAt === undefined || now - letter.takenAt < settledMs || isNotice(letter))
        continue;
      if ((letter.probe.byQuorum && !byRules) || this.#isOnEvery(letter, this.#options.isTroubled)) continue;
      letter.proven = true;
      this.#keep(letter, 'later');
    }
    this.#arm(0);
  }

  /** The path broke, broke elsewhere, or is whole again. */
  pathChanged(now: Break | undefined): void {
    const at = this.#options.clock.now();
    const before = this.#notice;
    const family = (of: Break | undefined) => of && familyOf(of);
    if (family(before && this.#noticed) !== family(now)) {
      if (before) {
        before.endedAt = at;
        // One that went on elsewhere is told of by the next.
        before.direct = now === undefined;
        this.#ended.add(before);
        this.#keep(before, 'now');
      }
      this.#notice = now && newNotice(now, at);
      this.#noticed = now;
      if (this.#notice) this.#keep(this.#notice, 'now');
    }
    if (now === undefined) this.#handBack();
    this.#arm(0);
  }

  /** How many messages wait on a channel. */
  waiting(channel: ChannelName): number {
    return this.#outbox.waiting(channel);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.#outbox[Symbol.asyncDispose]();
  }

  /** What is still down is Alertmanager's again: the fast path posts it, and it pages once more where it had not. */
  #handBack(): void {
    for (const letter of this.#open.values()) {
      if (!letter.direct) continue;
      letter.direct = false;
      letter.proven = false;
      letter.takenAt = letter.probe.byQuorum ? this.#options.clock.now() + ruleMs : undefined;
      this.#keep(letter, 'now');
    }
  }

  /** Takes up what the process before had not settled. */
  #restore(): void {
    const { kept, down, clock } = this.#options;
    const failing = new ProbeMap<Failing>();
    for (const one of down()) failing.set(one.probe, one);
    for (const row of kept?.all() ?? []) {
      const letter = letterOf(row);
      if (isNotice(letter)) this.#restoreNotice(letter);
      else if (failing.get(letter.probe)?.since === letter.since) this.#open.set(letter.probe, letter);
      else {
        letter.endedAt ??= clock.now();
        this.#ended.add(letter);
      }
    }
    for (const one of failing.values()) if (!this.#open.has(one.probe)) this.#open.set(one.probe, newLetter(one));
  }

  /** Whether the path is still broken is to be seen; it is told of once. */
  #restoreNotice(letter: Letter): void {
    if (letter.endedAt === undefined && this.#notice === undefined) {
      this.#notice = letter;
      this.#noticed = { stage: letter.outcome.found as Break['stage'], detail: letter.outcome.expected };
    } else this.#ended.add(letter);
  }

  *#letters(): Iterable<Letter> {
    if (this.#notice) yield this.#notice;
    yield* this.#open.values();
    yield* this.#ended;
  }

  #end(letter: Letter | undefined, at: number): void {
    if (!letter) return;
    this.#open.delete(letter.probe);
    letter.endedAt = at;
    this.#ended.add(letter);
    const isUntold = !letter.proven && letter.told.size === 0;
    if (isUntold && !letter.direct && this.#isMuted(letter, this.#downServices())) this.#forget(letter);
    else if (letter.direct) this.#keep(letter, 'now');
    else if (this.#isForUs(letter)) this.#tell(letter, this.#because());
    else if (letter.takenAt === undefined) this.#tell(letter, 'Alertmanager did not take it while it lasted');
    else this.#keep(letter, 'later');
  }

  #arm(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    if (!this.#isStopped) this.#timer = this.#options.clock.after(ms, () => this.#round());
  }

  #round(): void {
    const downServices = this.#downServices();
    for (const letter of this.#open.values()) {
      if (letter.direct || letter.proven || !this.#isForUs(letter)) continue;
      if (!this.#isMuted(letter, downServices)) this.#tell(letter, this.#because());
    }
    for (const letter of this.#ended) {
      if (!letter.direct && !letter.proven && !isNotice(letter) && this.#isForUs(letter))
        this.#tell(letter, this.#because());
      const isDone = letter.direct ? !this.#outbox.owes(letter) : letter.proven || isNotice(letter);
      if (isDone) this.#forget(letter);
    }
    this.#sayUndeliverable();
    this.#outbox.kick();
    if (this.#open.values().length > 0 || this.#ended.size > 0) this.#arm(tickMs);
  }

  /** From now on this is for us to tell. On disk before anything is sent. */
  #tell(letter: Letter, because: string): void {
    letter.direct = true;
    letter.directAt = this.#options.clock.now();
    letter.note = `Sent directly because ${because}.`;
    this.#keep(letter, 'now');
  }

  #because(): string {
    const broken = this.#options.broken();
    return broken ? stages[broken.stage].words : 'Alertmanager cannot deliver on its channel';
  }

  /** Whether Alertmanager, as the path is now, does not tell of it. */
  #isForUs(letter: Letter): boolean {
    const broken = this.#options.broken();
    const pages = broken && stages[broken.stage].pages;
    if (pages === 'lost' && broken?.stage !== 'delivery') return true;
    if (pages === 'without rules' && letter.probe.byQuorum) return true;
    return this.#isOnEvery(letter, this.#options.failsOn);
  }

  /** Whether it is so on every channel that hears of it. */
  #isOnEvery({ probe }: Letter, isSo: (channel: ChannelName) => boolean): boolean {
    const configured = channelsOf(this.#options.plan(), probe);
    const own = channelNames.filter((name) => configured[name] !== undefined);
    return own.length > 0 && own.every(isSo);
  }

  #isMuted(letter: Letter, downServices: ReadonlySet<string>): boolean {
    const now = this.#options.clock.now();
    // The clock may have been set back: what was muted then is not muted until that time comes again.
    if (!this.#parents(letter).isDisjointFrom(downServices) || letter.mutedAt > now) letter.mutedAt = now;
    return now - letter.mutedAt < followParentsMs;
  }

  #downServices(): ReadonlySet<string> {
    return new Set(this.#options.down().map(({ probe }) => probe.service));
  }

  #parents({ probe }: Letter): ReadonlySet<string> {
    return parentsOf(probe.service, this.#options.plan());
  }

  #sayUndeliverable(): void {
    const plan = this.#options.plan();
    for (const letter of this.#letters()) {
      const configured = channelsOf(plan, letter.probe);
      if (!letter.direct || letter.saidUndeliverable || channelNames.some((name) => configured[name])) continue;
      letter.saidUndeliverable = true;
      this.#options.undeliverable(pageOf(letter, letter.endedAt === undefined ? 'firing' : 'resolved', plan));
    }
  }

  #keep(letter: Letter, when: 'now' | 'later'): void {
    this.#options.kept?.put(letter.probe, keptOf(letter), when);
  }

  #forget(letter: Letter): void {
    this.#ended.delete(letter);
    this.#options.kept?.remove(letter.probe, letter.since);
  }
}

/** Of what is broken people are told once; of another part of it, again. */
function familyOf({ stage }: Break): string {
  const { pages } = stages[stage];
  return stage === 'delivery' || pages === 'arrive' ? stage : pages;
}
