/** ISO order: Monday is the first day of a week. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A time in which services may fail without anybody being paged. */
export interface MaintenanceWindow {
  readonly name: string;
  /** Every name is that of a service. */
  readonly services: readonly string[];
  readonly when: WindowTime;
}

export type WindowTime =
  /** Once. Unix milliseconds. */
  | { readonly fromMs: number; readonly toMs: number }
  /** On each of these days, at a time of the clock on the wall there. */
  | {
      /** `03:00`, `03:00:30`. */
      readonly at: string;
      readonly forMs: number;
      readonly days: readonly Weekday[];
      /** A name of the IANA time zone database. */
      readonly timeZone: string;
    };

/** How often the log store is told that a service is in maintenance. */
export const maintenanceMarkEveryMs = 30_000;
