import type { Clock, Plan } from '../model.ts';
import type { Delivery, Page } from '../pager/index.ts';
import { Sends } from '../pager/sends.ts';
import {
  type ChannelName,
  channelNames,
  channelsOf,
  type MakePager,
  pagersByChannel,
} from '../pager/single-channel.ts';
import { isNotice, type Letter, pageOf, sayItem, severalPage } from './letter.ts';

/** So many a minute one by one, to one place; what is more comes together. */
const mostPerMinute = 10;
const minuteMs = 60_000;
/** Between two messages that name several. */
const severalEveryMs = 30_000;
/** What one message shows of a list of names. Unicode characters; `longest` in stack/message less a little. */
const mostCharacters = 480;
/** After so many failures in a row a place is tried again so much later. */
const backoffMs = [5_000, 10_000, 20_000, 40_000, 60_000];
/** What was told on one channel is of no use on another after so long. */
const restWithinMs = 3_600_000;

export interface OutboxOptions {
  readonly clock: Clock;
  readonly plan: () => Plan;
  readonly pager: MakePager;
  /** All that somebody may have to be told of. */
  readonly letters: () => Iterable<Letter>;
  /** Something was delivered: it must be kept that it was. */
  readonly told: (letters: readonly Letter[]) => void;
  readonly delivered: (delivery: Delivery, page: Page) => void;
  readonly internal: (error: unknown) => void;
}

interface Item {
  readonly letter: Letter;
  readonly status: Page['status'];
}

/** One channel of one team: its backlog is delivered by itself, however another one does. */
interface Lane {
  readonly channel: ChannelName;
  isBusy: boolean;
  failures: number;
  /** Monotonic. */
  notBeforeMs: number;
  severalMs: number;
  /** When single messages were delivered, in the last minute. */
  sentMs: readonly number[];
  /** Who was tried last: another one comes first then. */
  readonly tried: WeakMap<Letter, number>;
}

/** Delivers letters, on every channel by itself, until each is told; many at once become one message that names them. */
export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #pagers: ReturnType<typeof pagersByChannel>;
  readonly #lanes = new Map<string, Lane>();
  readonly #sends: Sends;
  #timer: Disposable | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#sends = new Sends(options.clock);
    this.#pagers = pagersByChannel(options.pager, options.plan);
  }

  /** There may be something to send. */
  kick(): void {
    this.#arm(0);
  }

  /** Whether something of it is still to be sent. */
  owes(letter: Letter): boolean {
    return channelNames.some((channel) => this.#wanted(letter, channel) !== undefined);
  }

  /** How many messages wait on a channel. */
  waiting(channel: ChannelName): number {
    return [...this.#options.letters()].filter((letter) => this.#wanted(letter, channel) !== undefined).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#sends[Symbol.asyncDispose]();
    this.#timer?.[Symbol.dispose]();
    await stopped;
  }

  #arm(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (!this.#sends.signal.aborted) this.#timer = this.#options.clock.after(ms, () => this.#round());
  }

  #round(): void {
    const nowMs = this.#options.clock.monotonic();
    const waits: number[] = [];
    for (const [lane, items] of this.#due()) {
      if (lane.isBusy) continue;
      if (lane.notBeforeMs > nowMs) waits.push(lane.notBeforeMs - nowMs);
      else this.#serve(lane, items, nowMs);
      if (!lane.isBusy && lane.notBeforeMs > nowMs) waits.push(lane.notBeforeMs - nowMs);
    }
    if (waits.length > 0) this.#arm(Math.min(...waits));
  }

  #due(): ReadonlyMap<Lane, readonly Item[]> {
    const due = new Map<Lane, Item[]>();
    for (const letter of this.#options.letters()) {
      for (const channel of channelNames) {
        const status = this.#wanted(letter, channel);
        if (status === undefined) continue;
        const lane = this.#lane(channel, letter.probe.team);
        const items = due.get(lane) ?? [];
        items.push({ letter, status });
        due.set(lane, items);
      }
    }
    return due;
  }

  #lane(channel: ChannelName, team: string): Lane {
    const key = JSON.stringify([channel, Object.hasOwn(this.#options.plan().notify.teams, team) ? team : '']);
    const lane = this.#lanes.get(key) ?? {
      ...{ channel, isBusy: false, failures: 0, sentMs: [], tried: new WeakMap() },
      ...{ notBeforeMs: Number.NEGATIVE_INFINITY, severalMs: Number.NEGATIVE_INFINITY },
    };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** What this channel is still to be told; a page that is over by now is told as that. */
  #wanted(letter: Letter, channel: ChannelName): Page['status'] | undefined {
    const { direct, told, endedAt, directAt, probe } = letter;
    if (!direct || told.get(channel) === 'resolved' || !channelsOf(this.#options.plan(), probe)[channel])
      return undefined;
    if (endedAt === undefined && told.get(channel) === 'firing') return undefined;
    const since = Math.max(directAt, endedAt ?? 0);
    const isElsewhere = [...told].some(([name, status]) => name !== channel && (status === 'resolved' || !endedAt));
    if (isElsewhere && this.#options.clock.now() - since > restWithinMs) return undefined;
    return endedAt === undefined ? 'firing' : 'resolved';
  }

  #serve(lane: Lane, items: readonly Item[], nowMs: number): void {
    lane.sentMs = lane.sentMs.filter((ms) => nowMs - ms < minuteMs);
    const order = ({ letter }: Item) => lane.tried.get(letter) ?? (isNotice(letter) ? -1 : 0);
    const sorted = items.toSorted((a, b) => order(a) - order(b) || a.letter.since - b.letter.since);
    const [first] = sorted;
    if (!first) return;
    if (isNotice(first.letter) || lane.sentMs.length < mostPerMinute) {
      this.#send(lane, [first], pageOf(first.letter, first.status, this.#options.plan()), nowMs);
      return;
    }
    if (nowMs - lane.severalMs < severalEveryMs) {
      lane.notBeforeMs = lane.severalMs + severalEveryMs;
      return;
    }
    const shown = asManyAsFit(sorted);
    const page = severalPage(shown, this.#options.plan(), this.#options.clock.now());
    this.#send(lane, shown, page, nowMs);
  }

  #send(lane: Lane, items: readonly Item[], page: Page, nowMs: number): void {
    lane.isBusy = true;
    for (const { letter } of items) lane.tried.set(letter, nowMs + 1);
    const send = this.#deliver(lane, items, page).finally(() => {
      lane.isBusy = false;
      this.kick();
    });
    this.#sends.add(send);
  }

  async #deliver(lane: Lane, items: readonly Item[], page: Page): Promise<void> {
    const { clock, delivered, internal } = this.#options;
    try {
      const deliveries = (await this.#pagers.get(lane.channel)?.send(page, this.#sends.signal)) ?? [];
      const nowMs = clock.monotonic();
      const isTold = deliveries.length > 0 && deliveries.every(({ ok }) => ok);
      // On disk before anything else: what dies in between sends it again.
      if (isTold) this.#told(lane, items);
      for (const delivery of deliveries) delivered(delivery, page);
      if (!isTold) {
        lane.notBeforeMs = nowMs + (backoffMs[Math.min(lane.failures, backoffMs.length - 1)] ?? 0);
        lane.failures++;
        return;
      }
      lane.failures = 0;
      if (items.length > 1) lane.severalMs = nowMs;
      else if (items.some(({ letter }) => !isNotice(letter))) lane.sentMs = [...lane.sentMs, nowMs];
    } catch (error) {
      lane.notBeforeMs = clock.monotonic() + minuteMs;
      internal(error);
    }
  }

  #told(lane: Lane, items: readonly Item[]): void {
    for (const { letter, status } of items) {
      letter.told.set(lane.channel, status);
      lane.tried.delete(letter);
    }
    this.#options.told(items.map(({ letter }) => letter));
  }
}

function asManyAsFit(items: readonly Item[]): readonly Item[] {
  let left = mostCharacters;
  const count = items.findIndex((item) => {
    left -= [...sayItem(item)].length + 2;
    return left < 0;
  });
  return count < 0 ? items : items.slice(0, Math.max(1, count));
}
