import type { Config } from '../../config/model.ts';
import { yamlFile } from '../../stack/generated-yaml.ts';
import type { GeneratedFile, Surroundings } from '../../stack/surroundings.ts';
import { inhibitRules } from './inhibition.ts';
import { officeHoursInterval } from './office-hours.ts';
import { receivers } from './receivers.ts';
import { rootRoute } from './routes.ts';

/** Alertmanager's configuration. */
export function alertmanagerFile(config: Config, surroundings: Surroundings): GeneratedFile {
  return yamlFile('alerts/generated/alertmanager.yaml', 'Who is paged, when, and for what not.', {
    templates: [`${surroundings.folder('alerts')}/templates/*.tmpl`],
    ...(config.officeHours && { time_intervals: [officeHoursInterval(config.officeHours)] }),
    route: rootRoute(config),
    inhibit_rules: inhibitRules(config),
    receivers: receivers(config, surroundings),
  });
}
