import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { startTimeOf } from './state-file.ts';
import { Child, type ChildEvent } from './supervisor.ts';

const env = {};

function ends(pid: number): Promise<boolean> {
  return waitUntil({ limitMs: 8_000, everyMs: 20 }, async () => startTimeOf(pid) === undefined);
}

test('a program that dies at once is started again, and its last words are told', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'child-'));
  const events: ChildEvent[] = [];
  const command = {
    program: '/bin/sh',
    args: ['-c', 'echo bad config; exit 3'],
    env,
    log: join(folder.path, 'a/x.log'),
    cwd: '/',
  };
  await using _child = new Child(command, (event) => void events.push(event));
  expect(await waitUntil({ limitMs: 5_000, everyMs: 20 }, async () => events.length >= 3)).toBe(true);
  expect(events.slice(0, 3)).toEqual([
    { kind: 'started', pid: expect.any(Number) },
    { kind: 'died', how: 'exited with 3', lastLines: ['bad config'], restartInMs: 1_000 },
    { kind: 'started', pid: expect.any(Number) },
  ]);
});

test('a program that cannot be started is told, and tried again', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'child-'));
  const died = Promise.withResolvers<ChildEvent>();
  const command = { program: '/nowhere/loki', args: [], env, log: join(folder.path, 'x.log'), cwd: '/' };
  await using _child = new Child(command, (event) => event.kind === 'died' && died.resolve(event));
  expect(await died.promise).toMatchObject({ kind: 'died', restartInMs: 1_000 });
});

test('stopping ends the program, its own children, and what ignores SIGTERM', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'child-'));
  const log = join(folder.path, 'x.log');
  const script = 'trap "" TERM; sleep 300 & echo $!; wait; sleep 300';
  const started = Promise.withResolvers<number>();
  await using child = new Child(
    { program: '/bin/sh', args: ['-c', script], env, log, cwd: '/', killAfterMs: 500 },
    (event) => {
      if (event.kind === 'started') started.resolve(event.pid);
    },
  );
  const pid = await started.promise;
  expect(
    await waitUntil({ limitMs: 5_000, everyMs: 20 }, async () => (await readFile(log, 'utf8')).includes('\n')),
  ).toBe(true);
  const grandchild = Number((await readFile(log, 'utf8')).trim());
  await child[Symbol.asyncDispose]();
  expect(await ends(pid)).toBe(true);
  expect(await ends(grandchild)).toBe(true);
});

test('a killed parent takes its children with it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'child-'));
  const script = `
    import { Child } from ${JSON.stringify(join(import.meta.dirname, 'supervisor.ts'))};
    new Child({ program: '/bin/sleep', args: ['300'], env: {}, log: ${JSON.stringify(join(folder.path, 'x.log'))}, cwd: '/' },
      (event) => console.log(event.pid));`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = await once(parent.stdout, 'data');
  const pid = Number(String(data).trim());
  expect(startTimeOf(pid)).toBeDefined();
  parent.kill('SIGKILL');
  expect(await ends(pid)).toBe(true);
});
