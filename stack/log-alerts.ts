import { watchdog } from './alert-path.ts';

/** The alerts that Loki's ruler fires. Each has a runbook like any other. */
export const logAlerts = ['LogFatal', 'LogErrorSpike', 'LogSourceSilent', watchdog] as const;
export type LogAlert = (typeof logAlerts)[number];
