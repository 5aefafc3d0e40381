import { watchdog } from './alert-path.ts';

/** The alerts that Loki's ruler fires. Each has a runbook like any other. */
export const logAlerts = [
  'LogFatal',
  'LogErrorSpike',
  'LogSourceSilent',
  'LogAuthFailures',
  'LogAddressBanned',
  watchdog,
] as const;
export type LogAlert = (typeof logAlerts)[number];

/** How often Loki's ruler evaluates a rule that says nothing else. */
export const rulerIntervalMs = 15_000;

/** An alert about the lines of a service, as far as it decides who hears of it, and when. */
export interface LogSighting {
  readonly alert: LogAlert;
  /** `service`, `team` and `severity` among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly everyMs: number;
  readonly forMs: number;
  /** From the cause until the expression holds, where it is about lines that do not come: the window that must empty. */
  readonly holdsAfterMs: number;
}
