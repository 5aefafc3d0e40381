import { Command } from 'commander';
import { defaultDataFolder, sayPath } from './checkout.ts';
import { compose } from './compose/engine.ts';
import { nativeFolders } from './native/folders.ts';
import { findProgram } from './native/programs.ts';
import { readState } from './native/state-file.ts';
import type { Terminal } from './terminal.ts';
import { UserError } from './user-error.ts';
import { waitUntil } from './wait-until.ts';

export function command(terminal: Terminal): Command {
  return new Command('down')
    .option('--data <dir>', 'natively: the data folder that was given to `up`', defaultDataFolder)
    .action(async ({ data }: { data: string }) => {
      const stopped = [await downNatively(data, terminal), await downByCompose(terminal)];
      if (!stopped.includes(true)) terminal.print(`nothing of ours runs (data folder ${sayPath(data)})`);
    });
}

async function downNatively(data: string, terminal: Terminal): Promise<boolean> {
  const { state: file } = nativeFolders(data);
  const state = await readState(file);
  if (!state) return false;
  process.kill(state.pid, 'SIGTERM');
  const ended = await waitUntil({ limitMs: 20_000 }, async () => (await readState(file)) === undefined);
  if (!ended) throw new UserError(`process ${state.pid} was told to stop and still runs after 20 s`);
  terminal.print(`stopped the native stack (process ${state.pid})`);
  return true;
}

async function downByCompose(terminal: Terminal): Promise<boolean> {
  if (!findProgram(['docker'])) return false;
  const running = await compose(['ps', '--all', '--quiet'], 20_000);
  if (running.code !== 0 || running.output === '') return false;
  const { code, output } = await compose(['down'], 120_000);
  if (code !== 0) throw new UserError(`docker compose could not stop the stack:\n${output}`);
  terminal.print('stopped the containers; their volumes are kept');
  return true;
}
