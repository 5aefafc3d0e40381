import type { Config } from '../../config/model.ts';
import type { Annotations } from '../../stack/alert.ts';
import { defaultTeam, type Severity } from '../../stack/labels.ts';
import type { LogAlert } from '../../stack/log-alerts.ts';
import { logFields, logServiceName } from '../../stack/log-fields.ts';
import { countLines, stream, where } from '../../stack/logql.ts';

/** One alert of Loki's ruler: what is evaluated, and what it says. */
export interface LogRule {
  /** Its name: `LogFatal`. Rule file, runbook and page are named after it. */
  readonly alert: LogAlert;
  /** From one evaluation to the next, where it is not the ruler's own interval. */
  readonly everyMs?: number;
  readonly forMs: number;
  /** From the cause until the expression holds, where that is a window without lines. */
  readonly holdsAfterMs?: number;
  /** One for each service that it speaks of; none where the configuration has nothing that it could be about. */
  rules(config: Config): readonly LogRuleOf[];
}

/** The rule for one service, or for the stack. */
export interface LogRuleOf {
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  /** With Prometheus's template expressions in it, which Loki's ruler expands as well; a `query` in them is LogQL. */
  readonly annotations: Annotations;
}

interface ServiceRuleDefinition {
  readonly alert: LogAlert;
  readonly everyMs?: number;
  readonly forMs: number;
  readonly holdsAfterMs?: number;
  readonly severity: Severity;
  /** How far back it looks, and half a minute more: after maintenance it is quiet for so long, since lines of then still count. */
  readonly quietAfterMaintenance: string;
  readonly expr: (service: string) => string;
  readonly annotations: (service: string, config: Config) => Annotations;
}

/** An alert about the lines of a service: a rule for each that has `logs`. The expression comes out without labels. */
export function serviceRule(definition: ServiceRuleDefinition): LogRule {
  const { alert, everyMs, forMs, holdsAfterMs, severity, quietAfterMaintenance, expr, annotations } = definition;
  return {
    alert,
    forMs,
    ...(everyMs !== undefined && { everyMs }),
    ...(holdsAfterMs !== undefined && { holdsAfterMs }),
    rules: (config) =>
      config.services
        .filter(({ logs }) => logs !== undefined)
        .map(({ name, team }) => ({
          expr: `(${expr(name)}) unless ${countLines(maintenanceOf(name), quietAfterMaintenance)}`,
          labels: { service: name, severity, team, stack: config.stack, environment: config.environment },
          annotations: annotations(name, config),
        })),
  };
}

/** What the probe service writes while a service is in maintenance. */
function maintenanceOf(service: string): string {
  const marks = where(stream({ service_name: logServiceName }), logFields.event, 'in_maintenance');
  return where(marks, logFields.maintenanceOf, service);
}

/** An alert about the stack, which belongs to nobody's team. */
export function stackRule(
  definition: Pick<LogRule, 'alert' | 'forMs'> & {
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: (config: Config) => Annotations;
  },
): LogRule {
  const { alert, forMs, expr, labels, annotations } = definition;
  return {
    alert,
    forMs,
    rules: (config) => [
      {
        expr,
        labels: { ...labels, team: defaultTeam, stack: config.stack, environment: config.environment },
        annotations: annotations(config),
      },
    ],
  };
}
