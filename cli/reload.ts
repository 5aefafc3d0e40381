import { resolve } from 'node:path';
import { Command } from 'commander';
import { parts } from '../stack/parts.ts';
import { defaultDataFolder, sayPath, shippedConfig } from './checkout.ts';
import { runningByCompose } from './compose/running.ts';
import { readFiles, writeFiles } from './generated-files.ts';
import { nativeFolders } from './native/folders.ts';
import { runningNatively } from './native/running.ts';
import { readState } from './native/state-file.ts';
import { configHash } from './plan-from-config.ts';
import { readConfig } from './read-config.ts';
import type { RunningStack } from './running-stack.ts';
import { table } from './table.ts';
import { type Taken, takeConfiguration } from './take-configuration.ts';
import { styled, type Terminal } from './terminal.ts';
import { UserError } from './user-error.ts';

interface Options {
  readonly config?: string;
  readonly data: string;
}

export function command(terminal: Terminal): Command {
  return new Command('reload')
    .option('--config <file>', 'the configuration (default: the one that runs)')
    .option('--data <dir>', 'natively: the data folder that was given to `up`', defaultDataFolder)
    .action((options: Options) => reload(options, terminal));
}

/**
 * First everything that can refuse is asked; only then is a file written or a component told. The probe service goes
 * first, because it alone knows its variables: when it refuses, the files are put back.
 */
async function reload(options: Options, terminal: Terminal): Promise<void> {
  const { stack, configFile } = await findStack(options);
  // Natively the process that runs it has variables of its own, and judges them itself.
  if (stack.variables === 'ours') await readConfig(configFile, 'run');
  const config = await readConfig(configFile, 'generate');
  const refusals = await stack.refusals(config);
  if (refusals.length > 0) {
    const words = refusals.map((one) => `${parts[one.part].title} refuses it:\n${one.words}`);
    throw new UserError([...words, 'nothing was changed'].join('\n'));
  }
  const files = stack.generate(config);
  const before = await readFiles(stack.root, files, stack.folders);
  const changed = (await writeFiles(stack.root, files, stack.folders)).map(({ path }) => path);
  try {
    await stack.adopt(changed);
    await reloadProbeService(stack);
  } catch (error) {
    await writeFiles(stack.root, before, stack.folders);
    await stack.adopt(changed);
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}\nthe configuration before is in force again`, { cause: error });
  }
  const taken = [await probeService(stack, configHash(config)), ...(await takeConfiguration(stack, files, changed))];
  terminal.print(`${sayPath(configFile)}, stack started ${stack.way}`);
  terminal.print(
    table(
      terminal,
      ['PART', 'CONFIGURATION', 'STATE', ''],
      taken.map((one) => row(one)),
    ),
  );
  const failed = taken.filter(({ ok }) => !ok).length;
  if (failed > 0) throw new UserError(`${failed} of ${taken.length} components did not take the configuration`);
  terminal.print(styled(terminal, 'green', 'every running component runs this configuration'));
}

function row({ part, ok, hash, detail }: Taken) {
  const state = ok ? ({ text: 'taken', style: 'green' } as const) : ({ text: 'failed', style: 'red' } as const);
  return [parts[part].title, hash || '-', state, detail];
}

async function findStack({ config, data }: Options): Promise<{ stack: RunningStack; configFile: string }> {
  const folders = nativeFolders(data);
  const state = await readState(folders.state);
  if (state) {
    if (config && resolve(config) !== state.config) {
      throw new UserError(`the stack runs ${sayPath(state.config)}; another file needs \`up\` with --config`);
    }
    return { stack: runningNatively(state, folders), configFile: state.config };
  }
  const stack = await runningByCompose();
  if (!stack)
    throw new UserError(`nothing runs that could reload (data folder ${sayPath(folders.data)}); start it by npm start`);
  return { stack, configFile: resolve(config ?? shippedConfig) };
}

/** Throws its words when it refuses, and also when it does not answer. */
async function reloadProbeService(stack: RunningStack): Promise<void> {
  const url = stack.url('watchpost');
  const response = await fetch(`${url}/-/reload`, { method: 'POST', signal: AbortSignal.timeout(30_000) }).catch(
    (error: unknown) => {
      throw new UserError(`the probe service does not answer at ${url}`, { cause: error });
    },
  );
  const words = (await response.text()).trim();
  if (!response.ok) throw new UserError(`${words}\nthe probe service refuses it`);
}

/** By its own metric: the hash of what it runs. */
async function probeService(stack: RunningStack, expected: string): Promise<Taken> {
  const response = await fetch(`${stack.url('watchpost')}/metrics`, { signal: AbortSignal.timeout(10_000) });
  const running = /^watchpost_config_info\{[^}]*hash="([0-9a-f]+)"/m.exec(await response.text())?.[1] ?? '';
  const ok = running === expected;
  const detail = ok ? 'reloaded' : `runs another configuration than ${expected.slice(0, 12)}`;
  return { part: 'watchpost', ok, hash: running.slice(0, 12), detail };
}
