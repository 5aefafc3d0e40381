import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import type { Config } from '../config/model.ts';
import { sayPath } from './checkout.ts';
import { withOwnRules } from './own-rules.ts';

const source = `stack: shop
services: { shop: { labels: { colour: blue }, probes: { port: { tcp: "shop.test:80" } } } }
rules: ./rules
`;

function configured(text = source): Config {
  const loaded = loadConfig(text, { file: 'watchpost.yaml', env: {}, mode: 'generate' });
  if ('diagnostics' in loaded) throw new Error('the configuration is not right');
  return loaded.config;
}

/** A configuration in a folder of its own, with these files in `rules/` beside it. */
async function withFiles(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-rules-'));
  await mkdir(join(folder, 'rules'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'rules', name), text);
  return {
    folder,
    result: await withOwnRules(configured(), join(folder, 'watchpost.yaml')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const right = `groups:
  - name: shop
    rules:
      - alert: Slow
        expr: max by (colour) (shop_seconds) > 5 and on () count(up{colour="blue"}) > 0
        labels: { severity: warning, team: ops }
        annotations: { summary: Slow }
`;

test('without the key nothing is read', async () => {
  const { rules: _, ...config } = configured();
  expect(await withOwnRules(config, '/nowhere/watchpost.yaml')).toEqual({ config });
});

test('the files of the folder are in the configuration, sorted, and nothing else that lies there', async () => {
  await using own = await withFiles({ 'b.yaml': right, 'a.test.yaml': 'tests: []\n', 'README.md': '# Rules\n' });
  expect(own.result).toEqual({
    config: {
      ...configured(),
      ruleFiles: [
        { name: 'a.test.yaml', text: 'tests: []\n' },
        { name: 'b.yaml', text: right },
      ],
    },
  });
});

test('a fault is told where it is written, with what is expected there', async () => {
  const files = ['orders', 'structure'].map((name) => `${name}.yaml`);
  const texts = files.map((name) => [name, readFileSync(join(import.meta.dirname, 'testdata/rules', name), 'utf8')]);
  await using own = await withFiles(Object.fromEntries(texts));
  const said = 'problem' in own.result ? own.result.problem : '';
  await expect(`${said.replaceAll(`${sayPath(own.folder)}/`, '')}\n`).toMatchFileSnapshot('testdata/rules.txt');
});

test('the same rule in two files is told as well', async () => {
  await using own = await withFiles({ 'a.yaml': right, 'b.yaml': right });
  expect(own.result).toEqual({
    problem: expect.stringMatching(
      /^\S+rules\/b\.yaml:4:16: .* the alert rule "Slow" is there already, in the same group/,
    ),
  });
});

const refused: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: RegExp;
}[] = [
  { name: 'a folder without rules', files: { 'a.test.yaml': '' }, says: /no rule file \(\*\.yaml\) is in \S+rules$/ },
  {
    name: 'a file that would not be loaded',
    files: { 'a.yml': right },
    says: /rules\/a\.yml: a rule file is called NAME\.yaml: letters, digits, \. - and _$/,
  },
  { name: 'a file that is no YAML', files: { 'a.yaml': 'groups: [' }, says: /rules\/a\.yaml:1:\d+: not YAML: / },
  {
    name: 'an empty file',
    files: { 'a.yaml': '' },
    says: /rules\/a\.yaml:1:1: the file is empty\n {2}a rule file begins with `groups:`/,
  },
];

test.each(refused)('$name is refused', async ({ files, says }) => {
  await using own = await withFiles(files);
  expect(own.result).toEqual({ problem: expect.stringMatching(says) });
});

test('a folder that is not there is refused', async () => {
  expect(await withOwnRules(configured(), '/nowhere/watchpost.yaml')).toEqual({
    problem: '/nowhere/watchpost.yaml: rules: cannot read /nowhere/rules: no such file',
  });
});
