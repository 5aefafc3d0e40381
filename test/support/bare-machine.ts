import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sourceFiles } from '../rules/source-files.ts';
import { imageOf, programFolder } from './found.ts';
import { checkout } from './images.ts';
import { type Finished, must, run } from './shell.ts';

/** A machine of its own with Node, npm and this checkout, and nothing else: a container that sleeps. */
export interface BareMachine extends AsyncDisposable {
  /** Runs a shell command in the checkout. */
  sh(script: string, options?: { readonly timeoutMs?: number }): Promise<Finished>;
  /** Starts one that goes on; its output is collected in a file of the machine. */
  start(script: string, logFile: string): Promise<void>;
}

/** Programs that the tests have copied out of images; put into PATH where a script wants them. */
export const programsInside = '/opt/programs';

const templates = join(checkout, '.watchpost/test/alertmanager');

export async function startBareMachine(): Promise<BareMachine> {
  await using cleanup = new AsyncDisposableStack();
  const tree = mkdtempSync(join(tmpdir(), 'watchpost-clone-'));
  cleanup.defer(() => rmSync(tree, { recursive: true, force: true }));
  for (const file of await sourceFiles(/./)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    cpSync(join(checkout, file), join(tree, file), { verbatimSymlinks: true });
  }
  const args = [
    'run',
    '-d',
    '--init',
    '--add-host',
    'host.docker.internal:host-gateway',
    '-v',
    `${programFolder}:${programsInside}:ro`,
    // What Debian's Alertmanager reads at start, where its package puts it.
    ...(existsSync(templates) ? ['-v', `${templates}:/usr/share/prometheus/alertmanager:ro`] : []),
  ];
  const id = (await must('docker', [...args, imageOf('node'), 'sleep', 'infinity'])).trim();
  cleanup.defer(async () => {
    await run('docker', ['rm', '-f', '-v', id]);
  });
  await must('docker', ['cp', `${tree}/.`, `${id}:/watchpost`]);
  const rest = cleanup.move();
  return {
    sh: (script, options = {}) =>
      run('docker', ['exec', '-w', '/watchpost', id, 'sh', '-c', script], { timeoutMs: options.timeoutMs ?? 60_000 }),
    start: async (script, logFile) => {
      await must('docker', ['exec', '-d', '-w', '/watchpost', id, 'sh', '-c', `${script} > ${logFile} 2>&1`]);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
