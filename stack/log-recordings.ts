/**
 * Series that Loki's ruler records into Prometheus, with their labels. Names as Prometheus recommends them for what rules
 * record. Only where both run.
 */
export const logRecordings = {
  /** Lines per second. A level is one of `recordedLevels`. */
  'log:lines:rate5m': ['service', 'level'],
  /** Lines per second whose level is an error or worse. 0 where there is none of a service that writes. */
  'log:errors:rate5m': ['service'],
  /** Which part of the lines that is, 0 to 1. */
  'log:errors:ratio_rate5m': ['service'],
} as const satisfies Record<string, readonly string[]>;

export type LogRecording = keyof typeof logRecordings;

/** What Loki makes of the levels of all the world. Whatever else a line says of itself counts as unknown. */
export const recordedLevels = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal', 'unknown'] as const;

/** How often they are recorded: a range of five minutes does not change faster. */
export const recordingIntervalMs = 60_000;
