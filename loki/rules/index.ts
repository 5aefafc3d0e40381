import { logAddressBannedRule } from './log-address-banned.ts';
import { logAuthFailuresRule } from './log-auth-failures.ts';
import { logErrorSpikeRule } from './log-error-spike.ts';
import { logFatalRule } from './log-fatal.ts';
import type { LogRule } from './log-rule.ts';
import { logSourceSilentRule } from './log-source-silent.ts';
import { watchdogRule } from './watchdog.ts';

/** Every alert of Loki's ruler. Rule files derive from this list. */
export const logRules: readonly LogRule[] = [
  logFatalRule,
  logErrorSpikeRule,
  logSourceSilentRule,
  logAuthFailuresRule,
  logAddressBannedRule,
  watchdogRule,
];
