import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load as readYaml } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import type { Config } from '../config/model.ts';
import { run, which } from '../test/support/shell.ts';
import { generateAlerts } from './index.ts';
import { notifyCases, sampleConfig, sampleSurroundings, written } from './testing/sample.ts';

const promtool = await which('promtool');
const amtool = await which('amtool');

const cases = [
  ...notifyCases.map(({ name, notify }) => ({ name, config: sampleConfig(notify) })),
  {
    name: 'office hours',
    config: {
      ...sampleConfig({ slack: { webhookUrlFile: '/run/secrets/slack' } }),
      officeHours: { from: '08:00', to: '18:00', days: ['mon', 'fri'], timeZone: 'Europe/Berlin' } as const,
    },
  },
  { name: 'no service at all', config: sampleConfig({}, []) },
  ...(await Array.fromAsync(glob(['watchpost.yaml', 'examples/*.yaml']), async (file) => ({
    name: file,
    config: await load(file),
  }))),
];

async function load(file: string): Promise<Config> {
  const loaded = loadConfig(await readFile(file, 'utf8'), { file, env: {}, mode: 'generate' });
  if ('config' in loaded) return loaded.config;
  throw new Error(`${file} is not accepted: ${JSON.stringify(loaded.diagnostics)}`);
}

describe.each(cases)('what is generated for: $name', ({ config }) => {
  const files = generateAlerts(config, sampleSurroundings());

  test('is YAML for other readers too, one file for each path, each ending in a line', () => {
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    for (const { path, content } of files) {
      expect(path).toMatch(
        /^alerts\/generated\/((rules|tests)\/[a-z-]+(\.test)?\.yaml|alertmanager\.yaml|templates\/.+)$/,
      );
      expect(content.endsWith('\n')).toBe(true);
      if (path.endsWith('.yaml')) expect(readYaml(content)).toBeTypeOf('object');
    }
  });

  test.skipIf(!amtool)('passes amtool, in strict mode (needs amtool on PATH)', async () => {
    const outside = sampleSurroundings();
    await using out = await written(files);
    const here = { ...outside, folder: () => join(out.folder, 'alerts/generated') };
    await using again = await written(generateAlerts(config, here));
    const { code, stdout, stderr } = await run('amtool', [
      'check-config',
      '--enable-feature=utf8-strict-mode',
      join(again.folder, 'alerts/generated/alertmanager.yaml'),
    ]);
    expect(`${stdout}${stderr}`).toMatch(/ - \d+ templates/);
    expect(`${stdout}${stderr}`).not.toMatch(/ - 0 templates|FAILED/);
    expect(code).toBe(0);
  });
});

/** Rules depend on the services only. */
describe.each(cases.filter(({ name }) => /no channel|no service|yaml$/.test(name)))(
  'the rules for: $name',
  ({ config }) => {
    const files = generateAlerts(config, sampleSurroundings());

    test.skipIf(!promtool)('pass promtool without a complaint (needs promtool on PATH)', async () => {
      await using out = await written(files);
      const rules = await filesOf(join(out.folder, 'alerts/generated/rules'));
      const { code, stdout, stderr } = await run('promtool', [
        'check',
        'rules',
        '--lint=all',
        '--lint-fatal',
        ...rules,
      ]);
      expect(`${stdout}${stderr}`).not.toContain('FAILED');
      expect(code).toBe(0);
    });

    test.skipIf(!promtool)(
      'pass every one of their tests (needs promtool on PATH)',
      async () => {
        await using out = await written(files);
        const tests = await filesOf(join(out.folder, 'alerts/generated/tests'));
        const { code, stdout, stderr } = await run('promtool', ['test', 'rules', ...tests]);
        expect(`${stdout}${stderr}`).not.toContain('FAILED');
        expect(code).toBe(0);
      },
      120_000,
    );
  },
);

async function filesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).map((file) => join(folder, file));
}
