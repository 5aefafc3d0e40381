import { generateAlerts, routingPage } from '../alerts/index.ts';
import { generateCompose } from '../compose/index.ts';
import { generateDocs } from '../config/index.ts';
import type { Config } from '../config/model.ts';
import { generateDashboards } from '../dashboards/index.ts';
import { generateGrafana } from '../grafana/index.ts';
import { generateLoki } from '../loki/index.ts';
import { hostileReference } from '../probes/testing/hostile/reference.ts';
import { generatePrometheus } from '../prometheus/index.ts';
import { type GeneratedFile, generatedFolders, type Surroundings } from '../stack/surroundings.ts';

/** What the components read. Pure: nothing is written. Throws where a generator made something that cannot be right. */
export function generateAll(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  return proven([
    ...generatePrometheus(config, surroundings),
    ...generateAlerts(config, surroundings),
    ...generateLoki(config, surroundings),
    ...generateGrafana(config, surroundings),
    ...generateDashboards(config, surroundings),
    { path: 'probes/generated/watchpost.yaml', content: config.source },
  ]);
}

/** What else a checkout holds: compose.yaml, and the reference pages, which depend on no configuration. */
export function generateForCheckout(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  return proven([
    ...generateCompose(config, surroundings),
    ...generateDocs(),
    routingPage(),
    { path: 'docs/generated/hostile.md', content: hostileReference() },
  ]);
}

/** The folders that hold generated files and nothing else, below the output root. */
export const componentFolders: readonly string[] = generatedFolders.map((folder) => `${folder}/generated`);
export const checkoutFolders: readonly string[] = [...componentFolders, 'docs/generated'];

/** A fault found here is ours; it is found before the first file is written. YAML is what a library wrote, and tests read it with another one. */
function proven(files: readonly GeneratedFile[]): readonly GeneratedFile[] {
  const seen = new Set<string>();
  for (const { path, content } of files) {
    if (seen.has(path)) throw new Error(`two generators made ${path}`);
    seen.add(path);
    if (!/^[\w.-]+(\/[\w.-]+)*$/.test(path) || path.includes('..'))
      throw new Error(`${path} is no path of a generated file`);
    if (!content.endsWith('\n')) throw new Error(`${path} does not end with a newline`);
    if (path.endsWith('.json')) JSON.parse(content);
  }
  return files;
}
