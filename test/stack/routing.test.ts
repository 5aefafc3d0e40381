import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateAlerts } from '../../alerts/index.ts';
import { type RoutingRow, routingTable } from '../../alerts/plan/routing-table.ts';
import type { Channels, Config } from '../../config/model.ts';
import { configurations } from '../support/configurations.ts';
import { composeForTest } from '../support/generator-input.ts';
import { run, which } from '../support/shell.ts';

const amtool = await which('amtool');

/** Alertmanager's own word for every row of the table: alert × severity × team → receiver. */
describe.skipIf(!amtool).each(configurations())('who hears what: $name (needs amtool on PATH)', ({ config }) => {
  const rows = routingTable(config);

  test('amtool sends every alert to the receiver that the model says', async ({ annotate }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'watchpost-routing-'));
    const file = join(folder.path, 'alertmanager.yaml');
    await writeFile(file, alertmanagerYaml(config));
    const wrong: string[] = [];
    // A few at a time: each is a process.
    const left = rows.values();
    const work = async () => {
      for (const row of left) if (!(await isRouted(file, row))) wrong.push(say(row));
    };
    await Promise.all([work(), work(), work()]);
    await annotate(`${rows.length} rows`);
    expect(rows.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test('every row is what the issue asks for', () => {
    expect(rows.map((row) => [say(row), row.channels])).toEqual(rows.map((row) => [say(row), wanted(config, row)]));
  });
});

async function isRouted(file: string, { labels, routed }: RoutingRow): Promise<boolean> {
  const given = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const verify = [`--config.file=${file}`, `--verify.receivers=${routed.receiver}`];
  return (await run(amtool ?? '', ['config', 'routes', 'test', ...verify, ...given])).code === 0;
}

/**
 * Said once more in the words of the issue, not of the routing tree: critical to every channel of the team, a warning to its
 * Slack, or by mail where it has none; what is about the stack itself to every channel there is.
 */
function wanted({ notify }: Config, { labels, severity, team }: RoutingRow): Channels {
  if (severity === 'none') return {};
  const { slack, email }: Channels = labels.category === 'meta' ? notify : (notify.teams[team] ?? notify);
  const isLoud = severity === 'critical' || labels.category === 'meta';
  return { ...(slack && { slack }), ...(email && (isLoud || !slack) && { email }) };
}

function alertmanagerYaml(config: Config): string {
  const file = generateAlerts(config, composeForTest()).find(({ path }) => path.endsWith('/alertmanager.yaml'));
  return file?.content ?? '';
}

function say({ alert, severity, team, routed }: RoutingRow): string {
  return `${alert} ${severity} ${team} → ${routed.receiver}`;
}
