import { sayDuration } from '../../stack/duration.ts';
import { reasons } from '../../stack/reasons.ts';
import type { Clock, Outcome, Plan, PlannedProbe, ProbeId, Transition } from '../model.ts';
import type { Delivery, Page } from '../pager/index.ts';
import { type Break, stages } from '../path/stages.ts';
import { ProbeMap } from '../probe-map.ts';
import type { Log, LogEntry } from './log.ts';
import { PassSamples } from './pass-samples.ts';

/** While a failure lasts, a probe says so this often. */
const repeatMs = 60_000;

/** Of the probes that are inconclusive for one reason within this time, so many have a line of their own. */
const troubleMs = 10_000;
const mostTold = 10;

/** When a probe last said that it fails or knows nothing, monotonic. */
interface Said {
  failedMs: number;
  inconclusiveMs: number;
}

/** Writes into the log what becomes of probes: every change, and of failing runs as many as a person can read. */
export class Journal implements Disposable {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #said = new ProbeMap<Said>();
  readonly #passes: PassSamples;
  #location = '';
  /** How many probes are inconclusive for a reason, since the first of them said so. */
  readonly #troubles = new Map<Outcome['reason'], { told: number; readonly timer: Disposable }>();
  /** When a fault of ours was last told of, by place. */
  readonly #internalMs = new Map<string, number>();
  /** When a post that failed was last told of; undefined while they work. */
  #postFailedMs: number | undefined;

  constructor(options: { log: Log; clock: Clock }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#passes = new PassSamples(options.clock);
  }

  configure({ location, probes }: Pick<Plan, 'location' | 'probes'>): void {
    this.#location = location;
    this.#passes.configure(probes.length);
  }

  /** A run passed. Of those a few are recorded, so that there is something to compare a failure with; no line says so. */
  passed(probe: PlannedProbe, outcome: Outcome): void {
    if (!this.#passes.take(probe)) return;
    this.#log.store({
      event: 'probe_passed',
      level: 'info',
      message: `${name(probe)} passes in ${Math.round(outcome.durationMs)} ms`,
      ...this.#about(probe, outcome),
    });
  }

  /**
   * A run failed: not confirmed yet, or one of many while the probe is down.
   * @param window the maintenance window that its service is in
   */
  failed(
    probe: PlannedProbe,
    outcome: Outcome,
    certainty: 'confirmed' | 'not confirmed',
    window?: { readonly name: string },
  ): void {
    const said = this.#of(probe);
    if (this.#clock.monotonic() - said.failedMs < repeatMs) return;
    said.failedMs = this.#clock.monotonic();
    const state = certainty === 'confirmed' ? 'is still failing' : 'failed, not confirmed yet';
    const during = window ? `, in maintenance "${window.name}"` : '';
    this.#log.record({
      event: 'probe_failed',
      level: 'warn',
      message: `${name(probe)} ${state}${during}: ${sayFailure(outcome)}`,
      ...this.#about(probe, outcome),
    });
  }

  inconclusive(probe: PlannedProbe, outcome: Outcome): void {
    const said = this.#of(probe);
    if (this.#clock.monotonic() - said.inconclusiveMs < repeatMs) return;
    said.inconclusiveMs = this.#clock.monotonic();
    if (!this.#isAmongFirst(outcome.reason)) return;
    const why = outcome.found ? `${reasons[outcome.reason].words} (${outcome.found})` : reasons[outcome.reason].words;
    this.#log.record({
      event: 'probe_inconclusive',
      level: 'warn',
      message: `${name(probe)} is inconclusive: ${why}`,
      ...this.#about(probe, outcome),
    });
  }

  /** Our own trouble is that of all probes at once, and ten thousand lines would add to it: some speak for the others. */
  #isAmongFirst(reason: Outcome['reason']): boolean {
    const trouble = this.#troubles.get(reason) ?? {
      told: 0,
      timer: this.#clock.after(troubleMs, () => this.#tellOthers(reason)),
    };
    trouble.told++;
    this.#troubles.set(reason, trouble);
    return trouble.told <= mostTold;
  }

  #tellOthers(reason: Outcome['reason']): void {
    const others = (this.#troubles.get(reason)?.told ?? 0) - mostTold;
    this.#troubles.delete(reason);
    if (others <= 0) return;
    this.#log.record({
      event: 'probe_inconclusive',
      level: 'warn',
      message: `${others} more probe${others === 1 ? ' is' : 's are'} inconclusive: ${reasons[reason].words}`,
    });
  }

  changed({ probe, to, at, since, outcome }: Transition): void {
    if (to === 'down') {
      // The failure has just been told of in full; the next reminder is due a minute from now.
      this.#of(probe).failedMs = this.#clock.monotonic();
      const began = `failing since ${new Date(since).toISOString()}`;
      this.#log.record({
        event: 'probe_down',
        level: 'error',
        message: [`${name(probe)} is DOWN: ${sayFailure(outcome)}`, began, ...sayDiagnosis(outcome)].join('; '),
        ...this.#about(probe, outcome),
      });
    } else {
      this.forget(probe);
      this.#log.record({
        event: 'probe_recovered',
        level: 'info',
        message: `${name(probe)} is up again after ${sayDuration(at - since)}`,
        ...this.#about(probe, outcome),
      });
    }
  }

  /** A post to Alertmanager. Failing ones speak once a minute, and the first that works again. */
  posted(ok: boolean, alerts: number, detail: string): void {
    const nowMs = this.#clock.monotonic();
    if (ok) {
      if (this.#postFailedMs !== undefined) {
        this.#log.record({
          event: 'page_sent',
          level: 'info',
          message: `Alertmanager takes alerts again: ${alerts} posted`,
        });
      }
      this.#postFailedMs = undefined;
      return;
    }
    if (this.#postFailedMs !== undefined && nowMs - this.#postFailedMs < repeatMs) return;
    this.#postFailedMs = nowMs;
    this.#log.record({
      event: 'page_failed',
      level: 'error',
      message: `Alertmanager did not take ${alerts} alerts, trying again every second: ${detail}`,
    });
  }

  /** A message of the direct pager. */
  delivered({ channel, ok, detail }: Delivery, page: Page): void {
    const about = `${sayPage(page)} by ${channel}`;
    this.#log.record({
      event: ok ? 'page_sent' : 'page_failed',
      level: ok ? 'info' : 'error',
      message: ok ? `${about}: ${detail}` : `${about} was not delivered: ${detail}`,
      fields: pageFields(page),
    });
  }

  /** Where the way of alerts is broken; undefined when it is whole again. */
  pathChanged(now: Break | undefined): void {
    const message = now
      ? `the paging path is broken: ${stages[now.stage].words}${now.detail ? ` (${now.detail})` : ''}`
      : 'the paging path is whole again';
    this.#log.record({ event: 'alert_path', level: now ? 'error' : 'info', message });
  }

  /** A page that no channel is configured for. */
  undeliverable(page: Page): void {
    this.#log.record({
      event: 'page_failed',
      level: 'warn',
      message: `${sayPage(page)} goes nowhere: put notify.slack or notify.email into watchpost.yaml, then ./watchpost reload`,
      fields: pageFields(page),
    });
  }

  /** What the Watchdog alert of the log store's ruler brings back. As text: no reader makes a float of it. */
  pathNonce(nonce: number): void {
    const message = 'a number that the Watchdog alert brings back through the log store';
    this.#log.store({ event: 'path_nonce', level: 'info', message, fields: { nonce: String(nonce) } });
  }

  /** A fault of ours. All are counted; here each place speaks once a minute. */
  internal(place: string, error: unknown): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - (this.#internalMs.get(place) ?? Number.NEGATIVE_INFINITY) < repeatMs) return;
    this.#internalMs.set(place, nowMs);
    const what = error instanceof Error ? error.message : String(error);
    this.#log.record({
      event: 'internal_error',
      level: 'error',
      message: `a fault of the probe service itself (${place}): ${what}`,
    });
  }

  /** The next failure is news again. */
  forget(probe: ProbeId): void {
    this.#said.delete(probe);
  }

  /** The probe is configured no more. */
  removed(probe: ProbeId): void {
    this.forget(probe);
    this.#passes.forget(probe);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#troubles.values()) timer[Symbol.dispose]();
  }

  /** What the metrics carry, so that page, panel and line link to each other. */
  #about(probe: PlannedProbe, outcome: Outcome): Pick<LogEntry, 'fields' | 'span'> {
    const { verdict, reason, found, expected, durationMs, diagnosis, span } = outcome;
    return {
      fields: {
        service: probe.service,
        probe: probe.probe,
        target: probe.target,
        location: this.#location,
        severity: probe.severity,
        team: probe.team,
        verdict,
        reason,
        ...(found && { found }),
        ...(expected && { expected }),
        durationSeconds: durationMs / 1_000,
        ...(diagnosis?.tried && { diagnosis: diagnosis.tried }),
        ...(diagnosis?.changed && { changed: diagnosis.changed }),
      },
      ...(span && { span }),
    };
  }

  #of(probe: ProbeId): Said {
    const known = this.#said.get(probe);
    if (known) return known;
    const said = { failedMs: Number.NEGATIVE_INFINITY, inconclusiveMs: Number.NEGATIVE_INFINITY };
    this.#said.set(probe, said);
    return said;
  }
}

/** `page "panel/ready is down"`. */
function sayPage({ status, annotations, labels }: Page): string {
  const subject = annotations.summary ?? labels.alertname ?? 'unnamed alert';
  return `${status === 'firing' ? 'page' : 'resolve of'} "${subject}"`;
}

function pageFields({ labels }: Page) {
  const { service, probe, target } = labels;
  return { ...(service && { service }), ...(probe && { probe }), ...(target && { target }) };
}

/** `the status is wrong (found status 503, expected status 200)`. */
function sayFailure({ reason, found, expected }: Outcome): string {
  return `${reasons[reason].words} (found ${found}, expected ${expected})`;
}

function sayDiagnosis({ diagnosis }: Outcome): readonly string[] {
  return [diagnosis?.tried, diagnosis?.changed].filter((text): text is string => Boolean(text));
}

function name({ service, probe }: ProbeId): string {
  return `${service}/${probe}`;
}
