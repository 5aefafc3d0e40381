import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { waitForPages } from '../pages.ts';
import { type FurtherPart, hostName, type Stack, type StackOptions, startStack } from '../stack.ts';
import { startTarget } from '../target.ts';
import type { FaultCase, Prop, Site } from './fault-case.ts';
import { type Pace, shortenGenerated } from './shortened.ts';

/** One stack in which all of the cases happen. */
export interface Stage extends AsyncDisposable {
  readonly stack: Stack;
  propOf(own: FaultCase): Prop;
}

/** Enough that the cases, all together, are never more than half of the services. */
const manyHealthy = 24;
/** Prometheus writes a block every two hours. */
const blockMs = 7_200_000;

export interface StageOptions {
  /** The probe service sends its log to Loki, as Compose has it. */
  readonly awaitsLoki?: boolean;
  /** Services that nothing happens to. */
  readonly healthy?: number;
  /** Further arguments of a part. */
  readonly arguments?: StackOptions['arguments'] | undefined;
}

export async function setStage(
  cases: readonly FaultCase[],
  pace: Pace,
  parts: readonly FurtherPart[],
  { awaitsLoki = false, healthy = manyHealthy, arguments: further }: StageOptions = {},
): Promise<Stage> {
  await using cleanup = new AsyncDisposableStack();
  const props = new Map<FaultCase, Prop>();
  const shared = new Map<string, Promise<unknown>>();
  const site: Site = {
    cleanup,
    once: <T>(name: string, make: (own: Site) => Promise<T>) => {
      const made = (shared.get(name) as Promise<T> | undefined) ?? make(site);
      shared.set(name, made);
      return made;
    },
  };
  for (const own of cases) props.set(own, await own.set(site));
  const all = [...props.values()];
  // Some stand in the same place.
  const entries = new Set(all.map((prop) => prop.services ?? ''));
  const containers = new Set(all.map((prop) => prop.containers));
  const well = cleanup.use(await startTarget());
  const services = Array.from(
    { length: healthy },
    (_, i) => `  well${i}: { probes: { ready: { http: "http://${hostName}:${well.port}/" } } }\n`,
  );
  const stack = cleanup.use(
    await startStack({
      services: [...services, ...entries].join(''),
      parts,
      awaitsLoki,
      login: { username: 'watchpost', password: 'the password of the suite' },
      arguments: {
        ...further,
        prometheus: ['min', 'max'].map((which) => `--storage.tsdb.${which}-block-duration=${blockMs / 60_000}s`),
      },
      prepare: async (folder) => {
        for (const { secrets = {} } of all) {
          for (const [name, text] of Object.entries(secrets)) await writeFile(join(folder, 'secrets', name), text);
        }
        await shortenGenerated(folder, pace);
        await scrapeWhatRuns(join(folder, 'prometheus/generated/prometheus.yaml'), parts);
      },
      before: async (into) => {
        await Promise.all([...containers].map((start) => start?.(into)));
      },
    }),
  );
  for (const { ready } of all) await ready?.(stack);
  await waitForPages.settled(stack);
  const rest = cleanup.move();
  return {
    stack,
    propOf: (own) => {
      const prop = props.get(own);
      if (!prop) throw new Error(`"${own.cause}" has no place on this stage`);
      return prop;
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Parts that do not run here would be down all the time: true, and in the way of what is looked for. */
async function scrapeWhatRuns(file: string, parts: readonly string[]): Promise<void> {
  const config = parse(await readFile(file, 'utf8'));
  const absent = ['loki', 'grafana', 'alloy'].filter((part) => !parts.includes(part));
  config.scrape_configs = config.scrape_configs.filter((job: { job_name: string }) => !absent.includes(job.job_name));
  await writeFile(file, stringify(config));
}
