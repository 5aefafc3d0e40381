import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig, renderDiagnostics } from '../config/index.ts';
import type { Config } from '../config/model.ts';
import { checkout, sayPath } from './checkout.ts';
import { sayFileFault } from './say-file-fault.ts';
import { UserError } from './user-error.ts';

/** `run` resolves variables; `generate` leaves them alone, because no generator may see a value. */
export type ReadMode = 'run' | 'generate';

/** Reads and checks the file anew. `problem` is what a person should read. */
export async function tryConfig(file: string, mode: ReadMode): Promise<{ config: Config } | { problem: string }> {
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (error) {
    return { problem: `cannot read ${sayPath(file)}: ${sayFileFault(error)}` };
  }
  const loaded = loadConfig(source, { file: sayPath(file), env: await variables(), mode });
  if ('diagnostics' in loaded) return { problem: renderDiagnostics(loaded.diagnostics, source).trimEnd() };
  // The probe service has nothing to do with rules, and where it runs their folder is not. Loaded only where there are some.
  if (mode === 'run' || loaded.config.rules === undefined) return loaded;
  const { withOwnRules } = await import('./own-rules.ts');
  return await withOwnRules(loaded.config, file);
}

/** As `tryConfig`, for a command that cannot go on without. */
export async function readConfig(file: string, mode: ReadMode): Promise<Config> {
  const result = await tryConfig(file, mode);
  if ('problem' in result) throw new UserError(result.problem);
  return result.config;
}

/** As Compose finds them: those of the shell, then those of `.env` beside compose.yaml. */
async function variables(): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await readFile(join(checkout, '.env'), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw new UserError(`cannot read ${sayPath(join(checkout, '.env'))}: ${sayFileFault(error)}`, { cause: error });
  });
  return { ...parseEnv(text), ...process.env };
}
