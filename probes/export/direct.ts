import type { Clock, Plan, Transition } from '../model.ts';
import type { Delivery, Page, Pager } from '../pager/index.ts';
import { Sends } from '../pager/sends.ts';
import {
  type ChannelName,
  channelNames,
  channelsOf,
  type MakePager,
  pagersByChannel,
} from '../pager/single-channel.ts';
import { ProbeMap } from '../probe-map.ts';
import type { KeptPages } from '../state/kept-pages.ts';
import { failurePage } from './failure-page.ts';
import type { Failing } from './fast-path.ts';
import { followParentsMs, parentsOf } from './parents-of.ts';

/** Between two tries of a message that was not delivered, and between two looks at what is muted. */
const tickMs = 10_000;
/** A resolve that could not be delivered for so long is of no use any more. */
const resolveWithinMs = 15 * 60_000;

const removedNote = 'The probe was removed from the configuration, or changed so that it is another alert.';

export interface DirectOptions {
  readonly clock: Clock;
  readonly plan: () => Plan;
  /** The probes that are down at this moment. */
  readonly down: () => readonly Failing[];
  /** A pager for one channel, so that a retry does not repeat what another channel has delivered. */
  readonly pager: MakePager;
  /** What was told before the process ended. Without it nothing is kept. */
  readonly kept?: KeptPages | undefined;
  /** After each message. */
  readonly delivered: (delivery: Delivery, page: Page) => void;
  /** A page that no channel was configured for. */
  readonly undeliverable: (page: Page) => void;
  readonly internal: (error: unknown) => void;
}

/** One failure from its page to its resolve. */
interface Case {
  readonly failing: Failing;
  /** Unix milliseconds; undefined while the probe is down. */
  endedAt: number | undefined;
  note: string | undefined;
  /** What was delivered, by channel. */
  readonly told: Map<ChannelName, Page['status']>;
  readonly sending: Set<ChannelName>;
  saidUndeliverable: boolean;
  /** When a service that it depends on was last seen down, monotonic. */
  mutedMs: number;
}

/**
 * Sends pages and resolves itself, where there is no Alertmanager. A probe is muted while a service that its own depends
 * on is down, as inhibition would; what is still down when that ends is paged for then. Channels do not wait for each
 * other, and nothing waits for them.
 */
export class DirectPager implements AsyncDisposable {
  readonly #options: DirectOptions;
  readonly #pagers: ReadonlyMap<ChannelName, Pager>;
  readonly #open = new ProbeMap<Case>();
  /** Ended ones whose resolve is still to be delivered, or whose page is still on its way. */
  readonly #ended = new Set<Case>();
  readonly #sends: Sends;
  #timer: Disposable | undefined;
  #isRestored = false;

  constructor(options: DirectOptions) {
    this.#options = options;
    this.#sends = new Sends(options.clock);
    this.#pagers = pagersByChannel(options.pager, options.plan);
  }

  changed({ probe, to, at, since, outcome }: Transition): void {
    if (to === 'down') {
      const failing = { probe, since, outcome };
      this.#open.set(probe, newCase(failing));
    } else {
      for (const open of this.#open.values()) if (this.#parents(open).has(probe.service)) this.#mute(open);
      this.#end(this.#open.get(probe), at);
    }
    this.#arm(0);
  }

  /** The configuration is a new one: what it no longer knows, or knows as another alert, is over. */
  configured(): void {
    const down = new ProbeMap<true>();
    for (const { probe } of this.#options.down()) down.set(probe, true);
    for (const open of this.#open.values()) {
      if (!down.has(open.failing.probe)) this.#end(open, this.#options.clock.now(), removedNote);
    }
    if (!this.#isRestored) this.#restore();
    this.#isRestored = true;
    this.#arm(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#sends[Symbol.asyncDispose]();
    this.#timer?.[Symbol.dispose]();
    await stopped;
  }

  /** Takes up what the process before had open: what it told is not told again, and what it did not is. */
  #restore(): void {
    const { down, plan, kept, clock } = this.#options;
    for (const failing of down()) this.#open.set(failing.probe, newCase(failing));
    for (const probe of kept ? plan().probes : []) {
      for (const page of kept?.of(probe) ?? []) {
        const open = this.#open.get(probe);
        const of = open?.failing.since === page.since ? open : newCase({ probe, ...page });
        for (const name of channelNames) {
          const told = page.told[name];
          if (told) of.told.set(name, told);
        }
        if (of === open) continue;
        of.endedAt = page.endedAt ?? clock.now();
        of.note = page.note;
        this.#ended.add(of);
      }
    }
  }

  #keep({ failing: { probe, since, outcome }, told, endedAt, note }: Case): void {
    this.#options.kept?.put(probe, {
      ...{ since, outcome, told: Object.fromEntries(told) },
      ...(endedAt !== undefined && { endedAt }),
      ...(note !== undefined && { note }),
    });
  }

  #end(ended: Case | undefined, at: number, note?: string): void {
    if (!ended) return;
    ended.note = note;
    this.#open.delete(ended.failing.probe);
    ended.endedAt = at;
    this.#ended.add(ended);
    if (ended.told.size > 0) this.#keep(ended);
  }

  #arm(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (!this.#sends.signal.aborted) this.#timer = this.#options.clock.after(ms, () => this.#round());
  }

  #round(): void {
    const now = this.#options.clock.now();
    for (const open of this.#open.values()) if (!this.#muted(open)) this.#send(open, 'firing');
    for (const ended of this.#ended) {
      const late = now - (ended.endedAt ?? now) > resolveWithinMs;
      const left = channelNames.filter((name) => ended.sending.has(name) || ended.told.get(name) === 'firing');
      if (left.length === 0 || late) {
        this.#ended.delete(ended);
        this.#options.kept?.remove(ended.failing.probe, ended.failing.since);
      } else this.#send(ended, 'resolved');
    }
    if (this.#open.values().length > 0 || this.#ended.size > 0) this.#arm(tickMs);
  }

  /** To every channel that has not heard it; a resolve only to one that was paged. */
  #send(of: Case, status: Page['status']): void {
    const page = this.#page(of, status);
    const configured = channelsOf(this.#options.plan(), of.failing.probe);
    if (status === 'firing' && !of.saidUndeliverable && channelNames.every((name) => !configured[name])) {
      of.saidUndeliverable = true;
      this.#options.undeliverable(page);
    }
    for (const name of channelNames) {
      const told = of.told.get(name);
      if (!configured[name] || of.sending.has(name) || told !== (status === 'firing' ? undefined : 'firing')) continue;
      of.sending.add(name);
      this.#sends.add(this.#deliver(of, name, page).finally(() => void of.sending.delete(name)));
    }
  }

  async #deliver(of: Case, name: ChannelName, page: Page): Promise<void> {
    try {
      const deliveries = (await this.#pagers.get(name)?.send(page, this.#sends.signal)) ?? [];
      const isTold = deliveries.every(({ ok }) => ok);
      // On disk before anything else: what dies in between sends it again.
      if (isTold) {
        of.told.set(name, page.status);
        this.#keep(of);
      }
      for (const delivery of deliveries) this.#options.delivered(delivery, page);
      if (!isTold) return;
      // It recovered while the page was on its way: the resolve need not wait for the next tick.
      if (of.endedAt !== undefined && page.status === 'firing') this.#arm(0);
    } catch (error) {
      this.#options.internal(error);
    }
  }

  #muted(open: Case): boolean {
    const parents = this.#parents(open);
    if (this.#options.down().some(({ probe }) => parents.has(probe.service))) this.#mute(open);
    return this.#options.clock.monotonic() - open.mutedMs < followParentsMs;
  }

  #mute(open: Case): void {
    open.mutedMs = this.#options.clock.monotonic();
  }

  #parents({ failing }: Case): ReadonlySet<string> {
    return parentsOf(failing.probe.service, this.#options.plan());
  }

  #page({ failing, endedAt, note }: Case, status: Page['status']): Page {
    const page = failurePage({ ...failing, endedAt, note }, status, this.#options.plan());
    // Where this pager speaks there is no Alertmanager that could be told to be silent.
    const { silence_url: _, ...annotations } = page.annotations;
    return { ...page, annotations };
  }
}

function newCase(failing: Failing): Case {
  return {
    failing,
    endedAt: undefined,
    note: undefined,
    told: new Map(),
    sending: new Set(),
    saidUndeliverable: false,
    mutedMs: Number.NEGATIVE_INFINITY,
  };
}
