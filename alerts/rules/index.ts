import { alertmanagerConfigReloadFailedRule, alertmanagerDeliveryFailingRule } from './alertmanager-health.ts';
import { alloyDroppingLogsRule, alloyUnhealthyRule } from './alloy-health.ts';
import { certificateExpiringSoonRule, certificateExpiringVerySoonRule } from './certificate.ts';
import { endToEndReceiptStaleRule } from './end-to-end-receipt-stale.ts';
import { lokiDiscardingRule, lokiRetentionStalledRule } from './loki-health.ts';
import { probeDownRule } from './probe-down.ts';
import { probeMissingRule } from './probe-missing.ts';
import { probeServiceDownRule } from './probe-service-down.ts';
import { probeStaleRule } from './probe-stale.ts';
import { proberInconclusiveRule } from './prober-inconclusive.ts';
import { proberLiesRule } from './prober-lies.ts';
import {
  prometheusAlertsNotSentRule,
  prometheusConfigReloadFailedRule,
  prometheusRuleFailuresRule,
  prometheusStorageFailingRule,
} from './prometheus-health.ts';
import type { AlertRule } from './rule.ts';
import { sloBudgetExhaustedRule, sloBurnFastRule, sloBurnSlowRule, sloBurnTicketRule } from './slo-burn.ts';
import { targetDownRule } from './target-down.ts';
import { watchdogRule } from './watchdog.ts';

/** Every alert of the stack. Rule files, their tests, routes and runbooks derive from this list. */
export const alertRules: readonly AlertRule[] = [
  probeDownRule,
  probeStaleRule,
  probeMissingRule,
  probeServiceDownRule,
  proberLiesRule,
  proberInconclusiveRule,
  certificateExpiringSoonRule,
  certificateExpiringVerySoonRule,
  sloBurnFastRule,
  sloBurnSlowRule,
  sloBurnTicketRule,
  sloBudgetExhaustedRule,
  targetDownRule,
  prometheusConfigReloadFailedRule,
  prometheusRuleFailuresRule,
  prometheusAlertsNotSentRule,
  prometheusStorageFailingRule,
  alertmanagerConfigReloadFailedRule,
  alertmanagerDeliveryFailingRule,
  lokiDiscardingRule,
  lokiRetentionStalledRule,
  alloyDroppingLogsRule,
  alloyUnhealthyRule,
  endToEndReceiptStaleRule,
  watchdogRule,
];
