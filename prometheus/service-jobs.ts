import type { Config, ServiceConfig } from '../config/model.ts';
import type { YamlValue } from '../stack/generated-yaml.ts';
import { serviceKinds } from '../stack/kinds.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { partJobNames } from './part-jobs.ts';

/** One job for each service that has a `metrics` URL of its own; those with a kind share the job of that kind. */
export function serviceJobs(config: Config, surroundings: Surroundings): readonly YamlValue[] {
  return config.services.flatMap((service) =>
    service.metrics === undefined || service.kind ? [] : [serviceJob(service, new URL(service.metrics), surroundings)],
  );
}

function serviceJob(service: ServiceConfig, url: URL, { reach }: Surroundings): YamlValue {
  const parameters = [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key)] as const);
  return {
    job_name: serviceJobName(service.name),
    ...(url.protocol === 'https:' && { scheme: 'https' }),
    metrics_path: url.pathname,
    ...(parameters.length > 0 && { params: Object.fromEntries(parameters) }),
    // An application that names no content type is read all the same.
    fallback_scrape_protocol: 'PrometheusText0.0.4',
    static_configs: [{ targets: [reach(withPort(url))], labels: { ...service.labels, service: service.name } }],
  };
}

/** The service's name; where a part of the stack or a kind is called the same, that keeps the name. */
function serviceJobName(service: string): string {
  return otherJobs.includes(service) ? `service/${service}` : service;
}

const otherJobs: readonly string[] = [...partJobNames, ...serviceKinds];

/** What Prometheus dials. */
export function withPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}
