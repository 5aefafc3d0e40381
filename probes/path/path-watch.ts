import { silentAfterMs, watchdog } from '../../stack/alert-path.ts';
import type { PostResult } from '../export/fast-path.ts';
import type { Clock, Plan } from '../model.ts';
import { type AlertPath, ownSource } from './alert-path.ts';
import type { Answer, Asker } from './ask.ts';
import { askPrometheus } from './ask-prometheus.ts';
import { Deliveries } from './deliveries.ts';
import { type Break, stages } from './stages.ts';

const lookEveryMs = 10_000;
/** Longer than a restart of Alertmanager takes, shorter than anybody wants to know nothing. */
const unreachableMs = 30_000;
/** Where everything starts at once, on a slow machine, it may come up later than this service. */
const firstAnswerMs = 90_000;
/** A last result of the fast path is of now for so long: while something is down it posts at least every 10 s. */
const postIsOfNowMs = 20_000;
/** Two returns in a row may be 95 s apart: what is silent for longer is looked into. */
const suspectMs = 100_000;
/** Its own test alert comes back every 30 s while it is posted; Alertmanager waits 15 s after its start. */
const ownReturnMs = 75_000;
/** A look this late: the process stood still, and nothing that did not come meanwhile is the path's fault. */
const stoodStillMs = 20_000;
const endsAheadMs = 60_000;

export interface PathWatchOptions {
  readonly clock: Clock;
  readonly asker: Asker;
  /** Base URLs. */
  readonly alertmanager: string;
  readonly prometheus: string | undefined;
  /** What comes back; left out where no Watchdog alert is awaited. */
  readonly path: AlertPath | undefined;
  readonly plan: () => Plan;
  /** It broke, broke elsewhere, or is whole again (undefined). */
  readonly changed: (now: Break | undefined) => void;
  readonly internal: (error: unknown) => void;
}

/**
 * Says where the way of an alert is broken. What Alertmanager is asked: whether it is ready, takes posts, and how its
 * deliveries go. When Prometheus's Watchdog alert does not come back one of our own is posted: if that one does, Alertmanager
 * works, and the fault is before it.
 */
export class PathWatch implements AsyncDisposable {
  readonly #options: PathWatchOptions;
  readonly #deliveries = new Deliveries();
  #broken: Break | undefined;
  #stageSinceMs = 0;
  /** Monotonic: since when Alertmanager does not answer, does not take posts; when it was last seen to fail. */
  #unreadySinceMs: number | undefined;
  #refusedSinceMs: number | undefined;
  #postedMs = Number.NEGATIVE_INFINITY;
  #failedMs = Number.NEGATIVE_INFINITY;
  #detail = '';
  #hasAnswered = false;
  /** Since when own test alerts are posted, monotonic. */
  #askingSinceMs: number | undefined;
  #lookedMs: number;
  #timer: Disposable | undefined;
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: PathWatchOptions) {
    this.#options = options;
    this.#lookedMs = options.clock.monotonic();
    this.#arm();
  }

  get broken(): Break | undefined {
    return this.#broken;
  }

  /** Where it was broken when the process before ended: it is, until something shows the contrary. */
  resume(broken: Break): void {
    this.#broken ??= broken;
    this.#hasAnswered = true;
    this.#failedMs = this.#stageSinceMs = this.#options.clock.monotonic();
  }

  /** Whether Alertmanager, by its own counters, fails on this channel. */
  failsOn(channel: 'slack' | 'email'): boolean {
    return this.#deliveries.fails(channel, this.#options.clock.monotonic());
  }

  /** Whether its last deliveries on this channel failed. */
  isTroubled(channel: 'slack' | 'email'): boolean {
    return this.#deliveries.isTroubled(channel);
  }

  /** What a post of the fast path came to. */
  posted(result: PostResult, detail: string): void {
    const nowMs = this.#options.clock.monotonic();
    if (!this.#isOfNow(nowMs)) this.#refusedSinceMs = undefined;
    this.#postedMs = nowMs;
    if (result === 'ok') {
      this.#hasAnswered = true;
      this.#refusedSinceMs = undefined;
      return;
    }
    this.#refusedSinceMs ??= nowMs;
    this.#failedMs = nowMs;
    this.#detail = detail;
    if (this.#unreachable(nowMs)) this.#set({ stage: 'alertmanager_unreachable', detail });
  }

  /** A Watchdog alert came back: Alertmanager is there; worth a look where something was broken. */
  returned(): void {
    this.#hasAnswered = true;
    if (this.#broken !== undefined) this.#look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.#looking;
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    if (!this.#isStopped) this.#timer = this.#options.clock.after(lookEveryMs, () => this.#look());
  }

  #look(): void {
    if (this.#looking || this.#isStopped) return;
    this.#looking = this.#lookOnce()
      .catch((error: unknown) => this.#options.internal(error))
      .finally(() => {
        this.#looking = undefined;
        this.#arm();
      });
  }

  async #lookOnce(): Promise<void> {
    const { clock, asker, alertmanager, path } = this.#options;
    const beganMs = clock.monotonic();
    if (beganMs - this.#lookedMs > lookEveryMs + stoodStillMs) this.#stoodStill();
    this.#lookedMs = beganMs;
    const ready = await asker.ask(alertmanager, '/-/ready');
    if (ready.ok) await this.#readDeliveries();
    if (this.#isStopped) return;
    this.#takeReady(ready);
    const isSuspect = this.#broken !== undefined || (path?.silentMs('prometheus') ?? 0) > suspectMs;
    if (!isSuspect) this.#askingSinceMs = undefined;
    else if (ready.ok && path) await this.#askAlertmanager(path);
    const now = await this.#judge();
    // While Prometheus was asked a post may have failed.
    if (!this.#isStopped && !(now?.stage !== 'alertmanager_unreachable' && this.#unreachable(clock.monotonic())))
      this.#set(now);
  }

  #stoodStill(): void {
    this.#options.path?.excuse();
    this.#unreadySinceMs = undefined;
    this.#refusedSinceMs = undefined;
  }

  async #readDeliveries(): Promise<void> {
    const { asker, alertmanager, clock } = this.#options;
    const answer = await asker.ask(alertmanager, '/metrics');
    if (answer.ok) this.#deliveries.read(answer.text, clock.monotonic());
  }

  #takeReady(ready: Answer): void {
    const nowMs = this.#options.clock.monotonic();
    if (ready.ok) {
      this.#hasAnswered = true;
      this.#unreadySinceMs = undefined;
      return;
    }
    this.#unreadySinceMs ??= nowMs;
    this.#failedMs = nowMs;
    this.#detail = ready.detail;
  }

  /** Posts an alert of our own that goes the same way back. */
  async #askAlertmanager(path: AlertPath): Promise<void> {
    const { clock, asker, alertmanager } = this.#options;
    this.#askingSinceMs ??= clock.monotonic();
    await asker.ask(alertmanager, '/api/v2/alerts', [
      {
        labels: { alertname: watchdog, severity: 'none', source: ownSource },
        annotations: {
          summary: 'The probe service tries whether Alertmanager delivers',
          nonce: String(path.newNonce()),
        },
        endsAt: new Date(clock.now() + endsAheadMs).toISOString(),
      },
    ]);
  }

  async #judge(): Promise<Break | undefined> {
    const { clock, path } = this.#options;
    const nowMs = clock.monotonic();
    if (this.#unreachable(nowMs)) return { stage: 'alertmanager_unreachable', detail: this.#detail };
    if (!path) return this.#delivery();
    const cameMs = path.last('prometheus')?.atMs ?? Number.NEGATIVE_INFINITY;
    const ownMs = path.last(ownSource)?.atMs ?? Number.NEGATIVE_INFINITY;
    const pages = this.#broken && stages[this.#broken.stage].pages;
    const isLost = pages === 'lost' && this.#broken?.stage !== 'delivery';
    if (isLost && Math.max(cameMs, ownMs) <= this.#failedMs) {
      // It answers again. That it delivers is still to be seen.
      return nowMs - this.#failedMs > ownReturnMs ? this.#silent(nowMs) : this.#broken;
    }
    const isSilent = path.silentMs('prometheus') >= silentAfterMs;
    if (!isSilent && !isLost && pages !== 'without rules') return this.#delivery();
    if (this.#broken && cameMs > (isLost ? this.#failedMs : this.#stageSinceMs)) return this.#delivery();
    if (nowMs - ownMs < ownReturnMs) return await this.#judgePrometheus(path, isLost, isSilent);
    const isTold = this.#askingSinceMs !== undefined && nowMs - this.#askingSinceMs > ownReturnMs;
    return isTold ? this.#silent(nowMs) : this.#broken;
  }

  /** Our own test alert came back: Alertmanager works. */
  async #judgePrometheus(path: AlertPath, isLost: boolean, isSilent: boolean): Promise<Break | undefined> {
    const { asker, prometheus, clock } = this.#options;
    if (prometheus === undefined) return this.#delivery();
    const found = await askPrometheus(asker, prometheus, clock.now());
    if (found.stage !== 'prometheus_alerts' || (isSilent && !isLost)) return found;
    // While Alertmanager was away its alert could not come back.
    if (isLost) path.excuse();
    return this.#delivery();
  }

  /** Alertmanager answers, and what is posted does not come back. Where it is seen to try, only this way is cut. */
  #silent(nowMs: number): Break {
    const tries = nowMs - this.#deliveries.triedMs('webhook') < ownReturnMs;
    if (tries) return { stage: 'webhook', detail: 'its own counters say that it tries' };
    return { stage: 'alertmanager_silent', detail: 'a test alert did not come back' };
  }

  #delivery(): Break | undefined {
    const { default: channels, teams } = this.#options.plan().notify;
    const all = [channels, ...Object.values(teams)];
    const used = (['slack', 'email'] as const).filter((name) => all.some((one) => one[name] !== undefined));
    if (used.length === 0 || !used.every((name) => this.failsOn(name))) return undefined;
    return { stage: 'delivery', detail: `its own counters say so of ${used.join(' and ')}` };
  }

  #unreachable(nowMs: number): boolean {
    const limitMs = this.#hasAnswered ? unreachableMs : firstAnswerMs;
    const since = [this.#unreadySinceMs, ...(this.#isOfNow(nowMs) ? [this.#refusedSinceMs] : [])];
    return since.some((sinceMs) => sinceMs !== undefined && nowMs - sinceMs >= limitMs);
  }

  #isOfNow(nowMs: number): boolean {
    return nowMs - this.#postedMs < postIsOfNowMs;
  }

  #set(now: Break | undefined): void {
    const before = this.#broken;
    this.#broken = now;
    if (before?.stage === now?.stage) return;
    this.#stageSinceMs = this.#options.clock.monotonic();
    if (now !== undefined && stages[now.stage].pages === 'lost') this.#failedMs = this.#stageSinceMs;
    this.#options.changed(now);
  }
}
