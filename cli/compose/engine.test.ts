import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findProgram } from '../native/programs.ts';
import { runProgram } from '../run-program.ts';

/** In a process of its own, because what is asked depends on the environment. */
async function reason(env: Readonly<Record<string, string>>): Promise<string> {
  const script = `
    import { whyNotCompose } from ${JSON.stringify(join(import.meta.dirname, 'engine.ts'))};
    console.log(await whyNotCompose(console.log) ?? 'none');`;
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const args = [...assignments, process.execPath, '--input-type=module-typescript', '--eval', script];
  return (await runProgram('/usr/bin/env', args, { timeoutMs: 30_000 })).output;
}

test('without Docker it goes natively', async () => {
  await using empty = await mkdtempDisposable(join(tmpdir(), 'path-'));
  expect(await reason({ PATH: empty.path })).toBe('Docker is not installed');
});

const docker = findProgram(['docker']);

test.skipIf(!docker)(`without an engine it goes natively${docker ? '' : ' (skipped: no docker on PATH)'}`, async () => {
  expect(await reason({ DOCKER_HOST: 'unix:///nowhere.sock' })).toBe('no Docker engine answers');
});
