import { alertmanagerConfigReloadFailedRule, alertmanagerDeliveryFailingRule } from './alertmanager-health.ts';
import { alloyDroppingLogsRule, alloyUnhealthyRule } from './alloy-health.ts';
import { certificateExpiringSoonRule, certificateExpiringVerySoonRule } from './certificate.ts';
import {
  containerGoneRule,
  containerMemoryNearLimitRule,
  containerOomKilledRule,
  containerRestartingRule,
} from './containers.ts';
import { endToEndReceiptStaleRule } from './end-to-end-receipt-stale.ts';
import { exporterFailingRule } from './exporter-failing.ts';
import { hostClockSkewRule, hostDownRule, hostMemoryPressureRule, hostOomKillRule } from './host.ts';
import { hostDiskCriticalRule, hostDiskFillingRule, hostInodesLowRule } from './host-disk.ts';
import { hostUnitFailedRule } from './host-unit-failed.ts';
import { lokiDiscardingRule, lokiRetentionStalledRule, lokiRulerFailingRule } from './loki-health.ts';
import { nginxDownRule, nginxDroppingConnectionsRule } from './nginx.ts';
import {
  postgresConnectionsExhaustedRule,
  postgresConnectionsHighRule,
  postgresDeadlocksRule,
  postgresDownRule,
  postgresReplicationLagRule,
  postgresReplicationSlotUnusedRule,
  postgresTransactionIdleRule,
} from './postgres.ts';
import { probeDownRule } from './probe-down.ts';
import { probeFlappingRule } from './probe-flapping.ts';
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
import {
  redisConnectionsExhaustedRule,
  redisConnectionsHighRule,
  redisDownRule,
  redisMemoryHighRule,
  redisPersistenceFailingRule,
} from './redis.ts';
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
  probeFlappingRule,
  certificateExpiringSoonRule,
  certificateExpiringVerySoonRule,
  sloBurnFastRule,
  sloBurnSlowRule,
  sloBurnTicketRule,
  sloBudgetExhaustedRule,
  hostDownRule,
  hostDiskCriticalRule,
  hostDiskFillingRule,
  hostInodesLowRule,
  hostMemoryPressureRule,
  hostOomKillRule,
  hostClockSkewRule,
  hostUnitFailedRule,
  containerRestartingRule,
  containerGoneRule,
  containerOomKilledRule,
  containerMemoryNearLimitRule,
  postgresDownRule,
  postgresConnectionsExhaustedRule,
  postgresConnectionsHighRule,
  postgresReplicationLagRule,
  postgresReplicationSlotUnusedRule,
  postgresTransactionIdleRule,
  postgresDeadlocksRule,
  redisDownRule,
  redisPersistenceFailingRule,
  redisConnectionsExhaustedRule,
  redisConnectionsHighRule,
  redisMemoryHighRule,
  nginxDownRule,
  nginxDroppingConnectionsRule,
  exporterFailingRule,
  targetDownRule,
  prometheusConfigReloadFailedRule,
  prometheusRuleFailuresRule,
  prometheusAlertsNotSentRule,
  prometheusStorageFailingRule,
  alertmanagerConfigReloadFailedRule,
  alertmanagerDeliveryFailingRule,
  lokiDiscardingRule,
  lokiRetentionStalledRule,
  lokiRulerFailingRule,
  alloyDroppingLogsRule,
  alloyUnhealthyRule,
  endToEndReceiptStaleRule,
  watchdogRule,
];
