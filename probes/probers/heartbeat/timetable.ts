import { Cron } from 'croner';
import { Temporal } from 'temporal-polyfill';
import { formatDuration, sayDuration } from '../../../stack/duration.ts';

/** When a job must have succeeded again. */
export interface Timetable {
  /** Unix milliseconds: when the success that follows one at this time is due, without grace. */
  dueAfter(ms: number): number;
  /** `a success every 24 h`. */
  readonly words: string;
  /** The same about one success. */
  wordsFor(dueMs: number): string;
  /** In short, as a label. */
  readonly target: string;
}

/** The shortest and the longest time between two of its times. */
export interface Gaps {
  readonly shortestMs: number;
  readonly longestMs: number;
}

const dayMs = 86_400_000;
/** The clock of the job's host may be behind: a success that comes so much early is the one for that time. */
const mostEarlyMs = 5 * 60_000;

export function atIntervals(everyMs: number): Timetable {
  const words = `a success every ${sayDuration(everyMs)}`;
  return {
    dueAfter: (ms) => ms + everyMs,
    words,
    wordsFor: () => words,
    target: `every ${formatDuration(everyMs)}`,
  };
}

/**
 * A time that the clock on the wall skips in spring is due when it has jumped; one that it shows twice in autumn is due at
 * the first. So does cron of Debian, for schedules without a `*` in minute and hour; the others go by the clock.
 * @param pattern one that `cronFault` finds no fault with
 */
export function byCron(pattern: string, timeZone: string): Timetable {
  const cron = new Cron(pattern, { mode: '5-part', timezone: timeZone, paused: true });
  const target = `cron ${pattern} ${timeZone}`;
  return {
    dueAfter(ms) {
      const [next = Number.POSITIVE_INFINITY, following = next] = cron.nextRuns(2, new Date(ms)).map(Number);
      return next - ms <= Math.min(mostEarlyMs, (following - next) / 2) ? following : next;
    },
    words: `a success for each time of ${target}`,
    wordsFor(dueMs) {
      const due = Temporal.Instant.fromEpochMilliseconds(dueMs).toZonedDateTimeISO(timeZone);
      return `a success for ${due.toPlainDate()} ${due.toPlainTime().toString({ smallestUnit: 'minute' })} (${target})`;
    },
    target,
  };
}

/** Why it is no schedule, in words that follow `expected`; undefined where it is one. */
export function cronFault(pattern: string): string | undefined {
  const expected = 'a cron schedule of five fields, such as "0 3 * * 1-5"';
  const isFive = /^\S+( +\S+){4}$/.test(pattern);
  if (!isFive && !/^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/.test(pattern)) return expected;
  try {
    if (onClock(pattern).nextRun(new Date(0))) return undefined;
    return `${expected}, that comes at some day`;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    const [, why = 'it cannot be read'] = /^CronPattern: (?:Invalid value for )?(.+?)\.?$/.exec(error.message) ?? [];
    return `${expected} (${why})`;
  }
}

const sampledDays = 64;

/** Of the first days on which it has a time, by a clock that is never set: within a day, and from one to the next. */
export function gapsOf(pattern: string): Gaps {
  const cron = onClock(pattern);
  let [shortestMs, longestMs] = [Number.POSITIVE_INFINITY, 0];
  const take = (fromMs: number, toMs: number) => {
    shortestMs = Math.min(shortestMs, toMs - fromMs);
    longestMs = Math.max(longestMs, toMs - fromMs);
  };
  let last: number | undefined;
  let fromMs = -1;
  for (let day = 0; day < sampledDays; day++) {
    const first = cron.nextRun(new Date(fromMs))?.getTime();
    if (first === undefined) break;
    if (last !== undefined) take(last, first);
    const endsMs = first - (first % dayMs) + dayMs;
    let current = first;
    // Every day is like the first, but for the days that it has none.
    for (let next = cron.nextRun(new Date(current)); day === 0 && next && next.getTime() < endsMs; ) {
      take(current, next.getTime());
      current = next.getTime();
      next = cron.nextRun(next);
    }
    last = cron.previousRuns(1, new Date(endsMs))[0]?.getTime() ?? first;
    fromMs = endsMs - 1;
  }
  return longestMs === 0 ? { shortestMs: dayMs, longestMs: dayMs } : { shortestMs, longestMs };
}

/** Far faster than in a time zone. */
function onClock(pattern: string): Cron {
  return new Cron(pattern, { mode: '5-part', utcOffset: 0, paused: true });
}
