import { formatDuration, parseDuration } from '../stack/duration.ts';
import { asText, member } from './raw.ts';
import { defaults } from './schema.ts';

/** Interval and time limit of a probe, with the defaults of the file and the built-in ones behind it. */
export interface Timing {
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** As written, or as computed. */
  readonly everyText: string;
  readonly timeoutText: string;
  /** Whether the time limit is written in the map itself, not in `defaults`. */
  readonly timeoutIsOwn: boolean;
}

/** `own` and `fallback` are maps as they are in the file; what is no duration in them counts as not there. */
export function timing(own: unknown, fallback: unknown): Timing {
  const every = durationIn(own, 'every') ?? durationIn(fallback, 'every') ?? sure(defaults.everyMs);
  const ownTimeout = durationIn(own, 'timeout');
  const computed = sure(Math.min(defaults.timeoutMs, every.ms / 2));
  const timeout = ownTimeout ?? durationIn(fallback, 'timeout') ?? computed;
  return {
    everyMs: every.ms,
    timeoutMs: timeout.ms,
    everyText: every.text,
    timeoutText: timeout.text,
    timeoutIsOwn: ownTimeout !== undefined,
  };
}

function durationIn(map: unknown, key: string): { ms: number; text: string } | undefined {
  const text = asText(member(map, key));
  const ms = text === undefined ? undefined : parseDuration(text);
  return text === undefined || ms === undefined ? undefined : { ms, text };
}

function sure(ms: number): { ms: number; text: string } {
  return { ms, text: formatDuration(ms) };
}
