import type { Config, ServiceConfig } from '../config/model.ts';
import type { YamlValue } from '../stack/generated-yaml.ts';
import { serviceKinds } from '../stack/kinds.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { withPort } from './service-jobs.ts';

/**
 * One job for each kind that a service has, named after it, and in it a target for each service: all that an exporter says
 * carries the name and the team of its service.
 */
export function kindJobs({ services }: Config, surroundings: Surroundings): readonly YamlValue[] {
  return serviceKinds.flatMap((kind) => {
    const targets = services
      .filter((service) => service.kind === kind)
      .flatMap((service) => {
        const exporter = exporterOf(service, surroundings);
        if (!exporter) return [];
        const labels = { ...service.labels, ...exporter.labels, service: service.name, team: service.team };
        return [{ targets: [exporter.address], labels }];
      });
    return targets.length > 0 ? [{ job_name: kind, static_configs: targets }] : [];
  });
}

interface Scraped {
  readonly address: string;
  /** How it is scraped, where that differs from the rest of the job. */
  readonly labels?: Readonly<Record<string, string>>;
}

function exporterOf(service: ServiceConfig, surroundings: Surroundings): Scraped | undefined {
  const { has, address, exporter, reach } = surroundings;
  if (service.metrics !== undefined) return own(new URL(service.metrics), reach);
  if (service.exporter) {
    const at = exporter({ service: service.name, target: service.exporter });
    return at === undefined ? undefined : { address: at };
  }
  const part = service.kind === 'host' ? 'node-exporter' : 'cadvisor';
  return has(part) ? { address: address(part) } : undefined;
}

/** The user's own exporter. */
function own(url: URL, reach: Surroundings['reach']): Scraped {
  const parameters = [...url.searchParams].map(([key, value]) => [`__param_${key}`, value] as const);
  return {
    address: reach(withPort(url)),
    labels: {
      ...(url.protocol === 'https:' && { __scheme__: 'https' }),
      ...(url.pathname !== '/metrics' && { __metrics_path__: url.pathname }),
      ...Object.fromEntries(parameters),
    },
  };
}
