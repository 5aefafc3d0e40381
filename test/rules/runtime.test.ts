import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../support/shell.ts';
import { checkout, read } from './source-files.ts';

const pinned = JSON.parse(read('package.json')).devDependencies.node;

/** Files that are started by name: Vitest is laxer than Node about what it can run. */
const entryPoints = [
  { name: 'the command', args: ['cli/watchpost.ts', '--version'], prints: /^\d+\.\d+\.\d+/ },
  { name: 'the probe service', args: ['cli/watchpost.ts', 'serve', '--help'], prints: /--listen/ },
  { name: 'the generators', args: ['cli/watchpost.ts', 'generate', '--help'], prints: /--check/ },
  { name: 'the demo app', args: ['cli/watchpost.ts', 'demo', '--help'], prints: /demo/ },
];

describe('the runtime', () => {
  test('is the Node that package.json pins, whatever the machine has', () => {
    expect(process.version).toBe(`v${pinned}`);
    expect(pinned).toMatch(/^24\.\d+\.\d+$/);
  });

  test.each(entryPoints)('plain node starts $name', async ({ args, prints }) => {
    const finished = await run(process.execPath, args, { cwd: checkout });
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(finished.stdout).toMatch(prints);
  });

  test('./watchpost finds that Node from any folder', async () => {
    const finished = await run(join(checkout, 'watchpost'), ['--version'], { cwd: '/' });
    expect(finished).toMatchObject({ code: 0, stderr: '' });
  });

  test('what is generated is current', async () => {
    const finished = await run(process.execPath, ['cli/watchpost.ts', 'generate', '--check'], { cwd: checkout });
    expect(finished.stdout + finished.stderr).not.toMatch(/differs|missing|stale/);
    expect(finished.code).toBe(0);
  });
});
