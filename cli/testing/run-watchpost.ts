import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const entryPoint = join(import.meta.dirname, '../watchpost.ts');

/** Runs the command to its end in a process of its own, by the Node that runs the tests. */
export function runWatchpost(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: 60_000 };
    const child = execFile(process.execPath, [entryPoint, ...args], options, (_error, stdout, stderr) => {
      if (child.exitCode === null) reject(new Error(`watchpost ${args.join(' ')} was ended\n${stdout}${stderr}`));
      else resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
