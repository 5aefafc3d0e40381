import type { Config, ProbeConfig } from '../../config/model.ts';
import { dependents } from '../../stack/dependencies.ts';
import type { LogSighting } from '../../stack/log-alerts.ts';
import { scrapeIntervalMs, scrapeTimeoutMs } from '../../stack/parts.ts';
import { followMs, graceMs, holdBackMs, recheckAfterMs } from '../../stack/probe-timing.ts';
import type { Routed } from '../alertmanager/routing.ts';
import { dependenciesOf } from '../dependencies-of.ts';
import type { AlertRule, Sighting } from '../rules/rule.ts';

/** Milliseconds from one event to another: in the middle, and at most. */
export interface Times {
  readonly typicalMs: number;
  readonly worstMs: number;
}

/**
 * What a target takes to refuse, Alertmanager to take the alert and to send it, and a channel to have it. On one machine all
 * of that is less than a tenth of a second; Slack and the mail servers of the world have their own time.
 */
const handling: Times = { typicalMs: 200, worstMs: 1_000 };

const nothing: Times = { typicalMs: 0, worstMs: 0 };

/** A moment that has nothing to do with a clock that ticks so often. */
function nextTick(everyMs: number): Times {
  return { typicalMs: everyMs / 2, worstMs: everyMs };
}

function always(ms: number): Times {
  return { typicalMs: ms, worstMs: ms };
}

/** One after the other. */
function sum(...times: readonly Times[]): Times {
  return {
    typicalMs: times.reduce((total, { typicalMs }) => total + typicalMs, 0),
    worstMs: times.reduce((total, { worstMs }) => total + worstMs, 0),
  };
}

/** A scrape may take as long as its time limit; then it is evaluated. */
const scraped = sum(nextTick(scrapeIntervalMs), { typicalMs: 0, worstMs: scrapeTimeoutMs });
const evaluated = nextTick(scrapeIntervalMs);

/** Whether several locations must agree, so that only the rule can tell. */
export function isByQuorum({ locations }: Config, { atOnePlace }: ProbeConfig): boolean {
  return locations.length > 0 && !atOnePlace;
}

/**
 * From a fault to its page. The start of the next run is uniform in the interval; each re-check follows the end of the
 * attempt before; a confirmed fail is held back for its diagnosis and its parents, usually for next to nothing; then the fast
 * path posts it, or, with several locations, the quorum'th of them is scraped and the rule evaluated.
 * @param hangs each attempt uses up its whole time limit, and so does the diagnosis
 */
export function untilPaged(config: Config, probe: ProbeConfig, { groupWaitMs }: Routed, hangs: boolean): Times {
  const { everyMs, timeoutMs, confirm, awaitsMs } = probe;
  const byQuorum = isByQuorum(config, probe);
  const attempts = confirm + 1;
  const seenTypically = byQuorum ? config.quorum / (config.locations.length + 2) : 1 / 2;
  return sum(
    // It was there a moment ago, or is about to be.
    nextTick(awaitsMs),
    { typicalMs: everyMs * seenTypically, worstMs: everyMs },
    always(confirm * recheckAfterMs),
    hangs ? { typicalMs: attempts * timeoutMs, worstMs: attempts * (timeoutMs + graceMs) } : nothing,
    { typicalMs: 0, worstMs: holdBackMs },
    byQuorum ? sum(scraped, evaluated) : nothing,
    always(groupWaitMs),
    handling,
  );
}

/** From the mending to the message that it is over: so many passes in a row, the rule, and the next tick of the group. */
export function untilOver(config: Config, probe: ProbeConfig, { groupIntervalMs }: Routed): Times {
  const { everyMs, timeoutMs, recover, service } = probe;
  const hasDependents = dependents(dependenciesOf(config), service).length > 0;
  return sum(
    nextTick(everyMs),
    always((recover - 1) * everyMs),
    { typicalMs: 0, worstMs: timeoutMs },
    { typicalMs: 0, worstMs: hasDependents ? followMs : 0 },
    scraped,
    evaluated,
    nextTick(groupIntervalMs),
    handling,
  );
}

/** From the fault in a metric to the page: scrape, the window that fills, evaluation, `for` in whole evaluations, `group_wait`. */
export function untilAlerted({ forMs }: Pick<AlertRule, 'forMs'>, sighting: Sighting, { groupWaitMs }: Routed): Times {
  const waitsMs = Math.ceil(forMs / scrapeIntervalMs) * scrapeIntervalMs;
  return sum(scraped, sighting, evaluated, always(waitsMs), always(groupWaitMs), handling);
}

/** What Alloy holds back before it sends, and Loki before it finds a line. */
const collected: Times = { typicalMs: 1_500, worstMs: 5_000 };

/** From a line of a log to the page: collected, evaluated by Loki's ruler, `for` in whole evaluations, `group_wait`. */
export function untilLogAlerted(
  { everyMs, forMs, holdsAfterMs }: Omit<LogSighting, 'alert' | 'labels'>,
  { groupWaitMs }: Routed,
): Times {
  const waitsMs = Math.ceil(forMs / everyMs) * everyMs;
  return sum(collected, always(holdsAfterMs), nextTick(everyMs), always(waitsMs), always(groupWaitMs), handling);
}

/** From the lines that are right again to the message that it is over, where a window must pass it comes on top. */
export function untilLogAlertOver({ everyMs }: Pick<LogSighting, 'everyMs'>, { groupIntervalMs }: Routed): Times {
  return sum(collected, nextTick(everyMs), nextTick(groupIntervalMs), handling);
}

/** From the metric that is right again to the message that it is over. */
export function untilAlertOver({ groupIntervalMs }: Routed): Times {
  return sum(scraped, evaluated, nextTick(groupIntervalMs), handling);
}
