import { execFile } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bar, Missing } from './bar.ts';
import { figure, sayRows } from './bar.ts';
import { onPath, seconds, start, until } from './machine.ts';
import { serve } from './peers/watchpost.ts';
import { labelOf, linesOf, scrape } from './scrape.ts';
import { addressOf, type Target } from './target.ts';

const services = 1_000;
const port = 18_091;
const megabyte = 1_000_000;

/**
 * A thousand services, each with a probe and two objectives: how long `watchpost generate` takes, how large the largest
 * dashboard is, and how long Prometheus needs for all rules once (its rule groups one after the other).
 */
export async function thousandServices(
  folder: string,
  target: Target,
  watch: { readonly warmSeconds: number; readonly seconds: number; readonly say: (line: string) => void },
): Promise<readonly (Bar | Missing)[]> {
  const file = join(folder, 'thousand.yaml');
  writeFileSync(file, configuration(target.httpPort));
  const out = join(folder, 'thousand');
  await mkdir(out);
  watch.say(`${services} services: generation, dashboards, rules`);
  const tookSeconds = await generate(file, out);
  const dashboards = join(out, 'dashboards/generated');
  const sizes = readdirSync(dashboards).map((name) => statSync(join(dashboards, name)).size);
  return [
    { what: `generating all for ${services} services`, is: tookSeconds, atMost: 3, unit: ' s' },
    { what: `largest of ${sizes.length} dashboards`, is: Math.max(...sizes) / megabyte, atMost: 1, unit: ' MB' },
    ...(await rules(file, out, folder, watch)),
  ];
}

async function generate(file: string, out: string): Promise<number> {
  const command = new URL('../watchpost', import.meta.url).pathname;
  const began = performance.now();
  await run(command, ['generate', '--config', file, '--out', out]);
  return (performance.now() - began) / 1_000;
}

const run = promisify(execFile);

/** What Prometheus says of its rule groups: the slowest evaluation that was seen, and what all of them take one after the other. */
async function rules(
  file: string,
  out: string,
  folder: string,
  watch: { readonly warmSeconds: number; readonly seconds: number; readonly say: (line: string) => void },
): Promise<readonly (Bar | Missing)[]> {
  const what = `evaluating all rules once, ${services} services`;
  const prometheus = onPath('prometheus');
  if (!prometheus) return [{ what, missing: 'prometheus is not on PATH' }];
  await using service = await serve(file, folder);
  const config = join(folder, 'prometheus.yaml');
  writeFileSync(config, prometheusConfiguration(out, service.metricsUrl));
  await using _prometheus = await start(
    prometheus,
    [
      `--config.file=${config}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    ],
    join(folder, 'prometheus.out'),
  );
  const own = `http://127.0.0.1:${port}/metrics`;
  await until(30_000, 'Prometheus', () =>
    scrape(own).then(
      () => true,
      () => false,
    ),
  );
  await seconds(watch.warmSeconds);
  const seen = new Map<string, number[]>();
  for (const endMs = performance.now() + watch.seconds * 1_000; performance.now() < endMs; ) {
    await seconds(5);
    for (const line of linesOf((await scrape(own)).text, 'prometheus_rule_group_last_duration_seconds')) {
      const group = labelOf(line, 'rule_group').split(';').at(-1) ?? '';
      seen.set(group, [...(seen.get(group) ?? []), Number(line.slice(line.lastIndexOf(' ') + 1))]);
    }
  }
  const groups = [...seen].map(([name, durations]) => ({
    name,
    mean: durations.reduce((sum, duration) => sum + duration, 0) / durations.length,
    slowest: Math.max(...durations),
  }));
  groups.sort((a, b) => b.slowest - a.slowest);
  const rows = groups.slice(0, 8).map(({ name, mean, slowest }) => [name, `${figure(mean)} s`, `${figure(slowest)} s`]);
  watch.say(`${sayRows(['group', 'mean', 'slowest'], rows)}\n`);
  return [
    { what: `the slowest rule group, ${services} services`, is: groups[0]?.slowest ?? 0, atMost: 1, unit: ' s' },
    { what, is: groups.reduce((sum, { mean }) => sum + mean, 0), atMost: 1, unit: ' s' },
  ];
}

function prometheusConfiguration(out: string, metricsUrl: string): string {
  const { host, pathname } = new URL(metricsUrl);
  return JSON.stringify({
    global: { scrape_interval: '5s', scrape_timeout: '4s', evaluation_interval: '5s' },
    rule_files: [join(out, 'alerts/generated/rules/*.yaml')],
    scrape_configs: [{ job_name: 'watchpost', metrics_path: pathname, static_configs: [{ targets: [host] }] }],
  });
}

function configuration(targetPort: number): string {
  const objective = '{ availability: 99%, latency: { below: 300ms, for: 95% }, window: 30d }';
  const entries = Array.from({ length: services }, (_, i) => {
    const probes = `{ ready: { http: "http://${addressOf(i)}:${targetPort}/health" } }`;
    return `  service-${i}: { team: team-${i % 20}, slo: ${objective}, probes: ${probes} }`;
  });
  return ['stack: bench', 'defaults: { every: 10s }', 'services:', ...entries, ''].join('\n');
}
