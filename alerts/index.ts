/** Alert rules, their tests, Alertmanager's configuration, message templates and runbooks. */

import type { Config } from '../config/model.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { alertmanagerFile } from './alertmanager/config.ts';
import { ownRuleFiles } from './own-rule-files.ts';
import { ruleFiles, ruleTestFiles } from './rule-files.ts';
import { templateFiles } from './templates/index.ts';

export type { AlertPlan, Heard, PagePlan, ProbePlan } from './plan/model.ts';
export type { Mute } from './plan/mutes.ts';
export { planPages } from './plan/plan-pages.ts';
export { routingPage } from './plan/routing-page.ts';
export { alertRules } from './rules/index.ts';

/** Everything that goes to `alerts/generated/`. */
export function generateAlerts(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  return [
    ...ruleFiles(config),
    ...ruleTestFiles(config),
    ...ownRuleFiles(config),
    alertmanagerFile(config, surroundings),
    ...templateFiles(),
  ];
}
