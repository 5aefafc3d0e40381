import { mkdtempDisposable, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runWatchpost } from './testing/run-watchpost.ts';

const text = `stack: s
environment: e
services:
  app: { probes: { live: { http: "http://app:8080/", headers: { authorization: "Bearer \${TOKEN}" } } } }
notify: { slack: { webhook_url_file: /run/secrets/slack_webhook_url } }
`;

async function place() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'generate-'));
  const [config, out] = [join(folder.path, 'watchpost.yaml'), join(folder.path, 'out')];
  await writeFile(config, text);
  const generate = (...more: readonly string[]) => {
    return runWatchpost(['generate', '--config', config, '--out', out, ...more], { TOKEN: 'hush-hush' });
  };
  return { config, out, generate, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

async function everything(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.sort().map(async (file) => `${file}\n${await readFile(file, 'utf8')}`))).join('\n');
}

test('writes every component’s configuration, which is then current', async () => {
  await using here = await place();
  expect(await here.generate()).toMatchObject({ code: 0, stderr: '' });
  expect((await readdir(here.out)).sort()).toEqual(['alerts', 'dashboards', 'grafana', 'loki', 'probes', 'prometheus']);
  expect(await here.generate('--check')).toEqual({ code: 0, stdout: 'generated files are current\n', stderr: '' });
  expect((await here.generate()).stdout).toMatch(/: nothing changed\n$/);
});

test('the probe service’s copy is the file itself, and no value of a variable is written anywhere', async () => {
  await using here = await place();
  await here.generate();
  expect(await readFile(join(here.out, 'probes/generated/watchpost.yaml'), 'utf8')).toBe(text);
  expect(await everything(here.out)).not.toContain('hush-hush');
});

test('natively the addresses are those of this host', async () => {
  await using here = await place();
  await here.generate('--target', 'native');
  const prometheus = await readFile(join(here.out, 'prometheus/generated/prometheus.yaml'), 'utf8');
  expect(prometheus).toContain('127.0.0.1:9093');
  expect(prometheus).toContain(`${here.out}/alerts/generated/rules/`);
});

test('--check says which files differ, are missing or are left over, and fails', async () => {
  await using here = await place();
  await here.generate();
  await writeFile(join(here.out, 'loki/generated/loki.yaml'), 'auth_enabled: true\n');
  await writeFile(join(here.out, 'alerts/generated/rules/mine.yaml'), 'groups: []\n');
  await rm(join(here.out, 'alerts/generated/alertmanager.yaml'));
  const before = await everything(here.out);
  const { code, stdout, stderr } = await here.generate('--check');
  expect(code).toBe(1);
  expect(stdout).toContain('alerts/generated/alertmanager.yaml: is missing\n');
  expect(stdout).toContain('alerts/generated/rules/mine.yaml: is left over: nothing generates it\n');
  expect(stdout).toContain('loki/generated/loki.yaml: differs (- on disk, + generated)\n');
  expect(stdout).toContain('  - auth_enabled: true\n');
  expect(stderr).toMatch(/^3 generated files are not what .* makes; run `\.\/watchpost generate`\n$/);
  expect(await everything(here.out)).toBe(before);
});

test('a bad file changes nothing', async () => {
  await using here = await place();
  await here.generate();
  const before = await everything(here.out);
  await writeFile(here.config, text.replace('http:', 'htttp:'));
  expect(await here.generate()).toMatchObject({ code: 1, stdout: '' });
  expect(await everything(here.out)).toBe(before);
});
