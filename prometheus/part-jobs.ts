import type { Config } from '../config/model.ts';
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
} as const satisfies Partial<Record<Part, { comment?: string; keys?: Readonly<Record<string, YamlValue>> }>>;

/** The jobs under which Prometheus scrapes the parts of the stack. */
export const partJobNames: readonly string[] = Object.keys(scraped).map((part) =>
  jobName(part as keyof typeof scraped),
);

/** One job for each part that runs. */
export function partJobs(config: Config, surroundings: Surroundings): readonly YamlValue[] {
  const { has, address } = surroundings;
  return (Object.keys(scraped) as (keyof typeof scraped)[])
    .filter((part) => has(part))
    .map((part) => {
      const { comment = '', keys = {} }: { comment?: string; keys?: Readonly<Record<string, YamlValue>> } =
        scraped[part];
      const targets = part === 'watchpost' ? probeServices(config, surroundings) : [{ targets: [address(part)] }];
      const job = { job_name: jobName(part), ...keys, static_configs: targets };
      return comment ? noted(comment, job) : job;
    });
}

/** That of this installation, and where there are others, each with its location: what it says of itself does not carry it. */
function probeServices({ location, locations }: Config, { address, reach }: Surroundings): readonly YamlValue[] {
  if (locations.length === 0) return [{ targets: [address('watchpost')] }];
  return [
    { targets: [address('watchpost')], labels: { location } },
    ...locations.map(({ name, host, port }) => ({
      targets: [reach(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)],
      labels: { location: name },
    })),
  ];
}

function jobName(part: keyof typeof scraped): string {
  return part === 'watchpost' ? probeServiceJob : part;
}
