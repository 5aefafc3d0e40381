import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { checkout, sourceFiles } from '../rules/source-files.ts';
import { must, run } from '../support/shell.ts';

/**
 * A protocol is one folder and one line: what docs/adding-a-protocol.md shows is put into a copy of the checkout, and
 * everything that derives from the list of protocols is run there.
 */
describe('the protocol of docs/adding-a-protocol.md', () => {
  const page = readFileSync(join(checkout, 'docs/adding-a-protocol.md'), 'utf8');
  const copy = mkdtempSync(join(tmpdir(), 'protocol-'));
  const vitest = (...files: readonly string[]) =>
    run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...files], {
      cwd: copy,
      // As on CI no golden is written: the one on the page is the one.
      env: { CI: 'true' },
      timeoutMs: 120_000,
    });

  beforeAll(async () => {
    for (const file of await sourceFiles(/./)) cpSync(join(checkout, file), join(copy, file));
    symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
    await must('git', ['init', '--quiet'], { cwd: copy });
    await must('git', ['add', '--all'], { cwd: copy });
    for (const [, path = '', text = ''] of page.matchAll(/^```\w+ (probes\/\S+)\n(.*?)^```$/gms)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    const list = join(copy, 'probes/probers/index.ts');
    const before = readFileSync(list, 'utf8');
    const [line] = /^import .*daytime\.ts';$/m.exec(page) ?? [];
    writeFileSync(list, `${line}\n${before.replace(/export const probers = \[/, '$&daytime, ')}`);
  }, 60_000);
  afterAll(() => rmSync(copy, { recursive: true }));

  test('compiles', async () => {
    const compiled = await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: copy });
    expect(compiled).toMatchObject({ code: 0, stdout: '' });
  });

  test('passes the conformance suite, its golden and its example', async () => {
    const ended = await vitest(
      'probes/probers/conformance.test.ts',
      'probes/probers/daytime/golden.test.ts',
      'config/examples.test.ts',
      '--testNamePattern=daytime|attempt',
    );
    expect(ended.stdout + ended.stderr).toMatch(/Tests.* passed/);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).not.toMatch(/ 0 passed/);
  });

  test('is in the reference and the JSON Schema once they are generated, and nothing else differs', async () => {
    await must(process.execPath, ['cli/watchpost.ts', 'generate'], { cwd: copy });
    const changed = await must('git', ['status', '--porcelain', '--untracked-files=normal'], { cwd: copy });
    const files = changed.split('\n').flatMap((line) => (line.startsWith('A  ') ? [] : [line.slice(3)]));
    expect(files.filter((file) => file !== '' && !file.startsWith('docs/generated/'))).toEqual([
      'probes/probers/index.ts',
      'probes/probers/daytime/',
    ]);
    for (const file of ['options.md', 'watchpost.schema.json']) {
      expect(readFileSync(join(copy, 'docs/generated', file), 'utf8')).toContain('The year that it must be.');
    }
  });

  test('has its faults told with position and hint', async () => {
    writeFileSync(join(copy, 'bad.yaml'), configuration('clock.example.org:13', 'yaer: 2026'));
    const { code, stdout, stderr } = await run(
      process.execPath,
      ['cli/watchpost.ts', 'check', '--config', 'bad.yaml'],
      {
        cwd: copy,
      },
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/bad\.yaml:6:\d+.*yaer[\s\S]*did you mean "year"\?/);
  });

  test('is probed by the service, and its outcome exported', async () => {
    await using server = createServer((socket) => socket.end('Monday, November 23, 2026 19:26:06-UTC\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    writeFileSync(join(copy, 'watchpost.yaml'), configuration(`127.0.0.1:${port}`, 'year: 2026'));
    const args = ['serve', '--config', join(copy, 'watchpost.yaml'), '--listen', '127.0.0.1:0'];
    await using service = await startWatchpost(args, {}, join(copy, 'cli/watchpost.ts'));
    const [, url = ''] = await service.says(/^metrics: (http:\S+)$/m);
    const metrics = async () => (await fetch(url)).text();
    await expect.poll(metrics, { timeout: 10_000 }).toContain(`probe_success{service="cellar",probe="clock"`);
    expect(await metrics()).toMatch(/^probe_success\{service="cellar",.*\} 1$/m);
  });
});

function configuration(target: string, expected: string): string {
  return `stack: s
services:
  cellar:
    probes:
      clock:
        { daytime: "${target}", every: 1s, expect: { ${expected} } }
`;
}
