import { noted, type YamlValue } from '../stack/generated-yaml.ts';
import { type Part, probeServiceJob } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';

/** The parts that have metrics of their own, and what is special about scraping them. Mailpit and the demo are not watched. */
const scraped = {
  watchpost: { comment: 'Probes name their service themselves: what they say counts.', keys: { honor_labels: true } },
  prometheus: {},
  alertmanager: {},
  loki: {},
  grafana: {},
  alloy: {},
  'node-exporter': { comment: 'The host.' },
} as const satisfies Partial<Record<Part, { comment?: string; keys?: Readonly<Record<string, YamlValue>> }>>;

/** The jobs under which Prometheus scrapes the parts of the stack. */
export const partJobNames: readonly string[] = Object.keys(scraped).map((part) =>
  jobName(part as keyof typeof scraped),
);

/** One job for each part that runs. */
export function partJobs({ has, address }: Surroundings): readonly YamlValue[] {
  return (Object.keys(scraped) as (keyof typeof scraped)[])
    .filter((part) => has(part))
    .map((part) => {
      const { comment = '', keys = {} }: { comment?: string; keys?: Readonly<Record<string, YamlValue>> } =
        scraped[part];
      const job = { job_name: jobName(part), ...keys, static_configs: [{ targets: [address(part)] }] };
      return comment ? noted(comment, job) : job;
    });
}

function jobName(part: keyof typeof scraped): string {
  return part === 'watchpost' ? probeServiceJob : part;
}
