import { createHash } from 'node:crypto';
import type { Part } from '../stack/parts.ts';
import type { GeneratedFile } from '../stack/surroundings.ts';
import type { RunningStack } from './running-stack.ts';
import { answers, waitUntil } from './wait-until.ts';

/** What became of a part's new configuration, as that part itself tells it. */
export interface Taken {
  readonly part: Part;
  readonly ok: boolean;
  /** The configuration that it runs now, in 12 hex digits. */
  readonly hash: string;
  readonly detail: string;
}

/** How a part takes a configuration, and what it reads: a prefix of paths of generated files. */
interface Way {
  readonly reads: readonly string[];
  take(stack: RunningStack, changed: boolean): Promise<string>;
}

/** `take` throws with the words of a part that does not. Parts that are not here read nothing that is generated. */
const ways: Readonly<Partial<Record<Part, Way>>> = {
  prometheus: {
    reads: ['prometheus/generated/', 'alerts/generated/rules/'],
    take: (stack) => reloadByPost(stack, 'prometheus', 'prometheus_config_last_reload'),
  },
  alertmanager: {
    reads: ['alerts/generated/alertmanager.yaml', 'alerts/generated/templates/'],
    take: (stack) => reloadByPost(stack, 'alertmanager', 'alertmanager_config_last_reload'),
  },
  loki: {
    reads: ['loki/generated/loki.yaml', 'loki/generated/rules/'],
    take: (stack, changed) => (changed ? restart(stack, 'loki', '/ready') : runs(stack, 'loki', '/ready')),
  },
  alloy: {
    reads: ['loki/generated/config.alloy'],
    take: (stack) => reloadByPost(stack, 'alloy', 'alloy_config_last_load'),
  },
  grafana: {
    reads: ['grafana/generated/', 'dashboards/generated/'],
    take: reloadGrafana,
  },
};

/** Tells every running component, and asks each one what it runs now. Those that take the same way go at once. */
export async function takeConfiguration(
  stack: RunningStack,
  files: readonly GeneratedFile[],
  changed: readonly string[],
): Promise<readonly Taken[]> {
  const parts = Object.entries(ways) as readonly (readonly [Part, Way])[];
  return await Promise.all(
    parts
      .filter(([part]) => stack.present.has(part))
      .map(async ([part, way]) => {
        const reads = (path: string) => way.reads.some((prefix) => path.startsWith(prefix));
        const hash = hashOf(files.filter(({ path }) => reads(path)));
        try {
          return { part, ok: true, hash, detail: await way.take(stack, changed.some(reads)) };
        } catch (error) {
          return { part, ok: false, hash: '', detail: error instanceof Error ? error.message : String(error) };
        }
      }),
  );
}

/** POST /-/reload, and then the component's own word that the last attempt succeeded, and when. */
async function reloadByPost(stack: RunningStack, part: Part, metric: string): Promise<string> {
  const url = stack.url(part);
  const response = await fetch(`${url}/-/reload`, { method: 'POST', signal: AbortSignal.timeout(30_000) });
  const words = (await response.text()).trim();
  if (!response.ok) throw new Error(`refused it: ${words}`);
  const exposition = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  if (sampleOf(exposition, `${metric}_successful`) !== 1) throw new Error('says that its last reload failed');
  const at = sampleOf(exposition, `${metric}_success_timestamp_seconds`);
  return at === undefined ? 'reloaded' : `reloaded at ${sayTime(at)}`;
}

async function restart(stack: RunningStack, part: Part, readyPath: string): Promise<string> {
  const startOf = async () => {
    const response = await fetch(`${stack.url(part)}/metrics`, { signal: AbortSignal.timeout(3_000) }).catch(
      () => undefined,
    );
    return response?.ok ? sampleOf(await response.text(), 'process_start_time_seconds') : undefined;
  };
  const before = await startOf();
  await stack.restart(part);
  const ready = await waitUntil({ limitMs: 90_000, everyMs: 1_000 }, async () => {
    const now = await startOf();
    return now !== undefined && now !== before && (await answers(`${stack.url(part)}${readyPath}`));
  });
  if (!ready) throw new Error('was restarted and is not ready after 90 s');
  return `restarted at ${sayTime((await startOf()) ?? 0)}`;
}

async function runs(stack: RunningStack, part: Part, readyPath: string): Promise<string> {
  if (!(await answers(`${stack.url(part)}${readyPath}`))) throw new Error('does not answer');
  return 'unchanged';
}

/** Its provider re-reads the dashboards by itself; data sources only when it is told or restarted. */
async function reloadGrafana(stack: RunningStack, changed: boolean): Promise<string> {
  const password = await stack.grafanaPassword();
  if (!changed) return await runs(stack, 'grafana', '/api/health');
  if (password === undefined) return await restart(stack, 'grafana', '/api/health');
  for (const what of ['datasources', 'dashboards']) {
    const response = await fetch(`${stack.url('grafana')}/api/admin/provisioning/${what}/reload`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`refused its ${what}: ${(await response.text()).trim()}`);
  }
  return 'reloaded';
}

function sampleOf(exposition: string, metric: string): number | undefined {
  const line = exposition.split('\n').find((one) => one.startsWith(`${metric} `) || one.startsWith(`${metric}{`));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

function sayTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1_000).toTimeString().slice(0, 8);
}

/** Lengths go in as well, so that no two lists of files share a hash by running into each other. */
function hashOf(files: readonly GeneratedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files) hash.update(`${path}\0${content.length}\0${content}`);
  return hash.digest('hex').slice(0, 12);
}
