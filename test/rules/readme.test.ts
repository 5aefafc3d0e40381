import { describe, expect, test } from 'vitest';
import { run } from '../support/shell.ts';
import { checkout, read, sourceFiles } from './source-files.ts';

/**
 * Every command of the README, and where it is run: here, or in a test file that runs it and says so by holding `says`.
 * A command that is in the README and not in this table fails the test, and so does one that is only here.
 */
const commands: Readonly<
  Record<string, 'here' | { readonly file: string; readonly says: string } | { readonly why: string }>
> = {
  'docker compose up -d --wait': { file: 'test/stack/compose.test.ts', says: 'docker compose up -d --wait' },
  'npm ci && npm start': { file: 'test/stack/newcomer.test.ts', says: 'npm ci && npm start' },
  'npm ci && npm test': { file: '.ci/run', says: 'npm ci && npm test' },
  'docker compose exec grafana cat /var/lib/grafana/admin-password': {
    file: 'test/stack/compose.test.ts',
    says: 'docker compose exec grafana cat /var/lib/grafana/admin-password',
  },
  'curl -d \'{"mode":"down"}\' http://127.0.0.1:39417/misbehave': {
    file: 'test/stack/newcomer.test.ts',
    says: "'down'",
  },
  'curl -d \'{"mode":"none"}\' http://127.0.0.1:39417/misbehave': {
    file: 'test/stack/newcomer.test.ts',
    says: "'none'",
  },
  'mkdir -p secrets && chmod 700 secrets': {
    why: 'makes the folder; the compose generator tests what it is mounted as',
  },
  "printf '%s' 'https://hooks.slack.com/services/…' > secrets/slack_webhook_url && chmod 444 secrets/slack_webhook_url":
    {
      why: 'needs a Slack workspace of the reader',
    },
  './watchpost check': 'here',
  './watchpost generate': { file: 'test/rules/runtime.test.ts', says: "'generate', '--check'" },
  './watchpost reload': { file: 'test/stack/newcomer.test.ts', says: './watchpost reload' },
  './watchpost page --test': { file: 'test/stack/newcomer.test.ts', says: './watchpost page --test' },
  'docker compose run --rm --user "$(id -u):$(id -g)" generate': {
    file: 'test/stack/compose.test.ts',
    says: 'docker compose run --rm --user',
  },
};

describe('the README', () => {
  test('has no command that no test runs', () => {
    const blocks = [...read('README.md').matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)];
    const found = blocks.flatMap(([, , text = '']) => text.split('\n').map((line) => line.trim())).filter(Boolean);
    expect([...new Set(found)].sort()).toEqual(Object.keys(commands).sort());
  });

  test.each(Object.entries(commands))('%s', async (command, proof) => {
    if (proof === 'here')
      expect(await run('sh', ['-c', command], { cwd: checkout })).toMatchObject({ code: 0, stderr: '' });
    else if ('file' in proof) expect(read(proof.file)).toContain(proof.says);
    else expect(proof.why).not.toBe('');
  });

  test('links only to what exists', async () => {
    const files = await sourceFiles(/./);
    const pages = files.filter((file) => file.endsWith('.md') && !file.startsWith('docs/generated/'));
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].flatMap(([, target = '']) => {
        const path = new URL(target, `file:///${page}`).pathname.slice(1).replace(/\/$/, '');
        return files.some((file) => file === path || file.startsWith(`${path}/`)) ? [] : [`${page}: ${target}`];
      }),
    );
    expect(dead).toEqual([]);
  });
});
