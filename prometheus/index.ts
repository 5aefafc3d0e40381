import type { Config } from '../config/model.ts';
import { formatDuration } from '../stack/duration.ts';
import { noted, spaced, type YamlValue, yamlFile } from '../stack/generated-yaml.ts';
import { scrapeIntervalMs, scrapeTimeoutMs } from '../stack/parts.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { kindJobs } from './kind-jobs.ts';
import { partJobs } from './part-jobs.ts';
import { serviceJobs } from './service-jobs.ts';

/**
 * What Prometheus scrapes and evaluates, and where its alerts go. Only keys that Prometheus 3.5 knows. No external labels:
 * they would be added to every alert, and the one from here would no longer be the one that the probe service posts.
 */
export function generatePrometheus(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  const { has, folder } = surroundings;
  const value: YamlValue = {
    global: {
      scrape_interval: formatDuration(scrapeIntervalMs),
      scrape_timeout: formatDuration(scrapeTimeoutMs),
      evaluation_interval: formatDuration(scrapeIntervalMs),
    },
    rule_files: spaced([`${folder('alerts')}/rules/*.yaml`]),
    ...(has('alertmanager') && { alerting: spaced(alerting(surroundings)) }),
    scrape_configs: spaced([
      ...partJobs(config, surroundings),
      ...firstNoted('What exporters say of services of a kind.', kindJobs(config, surroundings)),
      ...firstNoted('What the services say of themselves.', serviceJobs(config, surroundings)),
    ]),
  };
  const about = 'No external labels: an alert from here must be the same one that the probe service posts.';
  return [yamlFile('prometheus/generated/prometheus.yaml', about, value)];
}

function firstNoted(comment: string, jobs: readonly YamlValue[]): readonly YamlValue[] {
  return jobs.map((job, index) => (index === 0 ? noted(comment, job) : job));
}

function alerting({ address }: Surroundings): YamlValue {
  return { alertmanagers: [{ api_version: 'v2', static_configs: [{ targets: [address('alertmanager')] }] }] };
}
