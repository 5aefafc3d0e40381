import { spawn } from 'node:child_process';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Killed after this long; the result then has code 124. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end and returns what came of it; throws only when it cannot be started at all. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let timedOut = false;
  const timer = options.timeoutMs
    ? setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, options.timeoutMs)
    : undefined;
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', reject);
  child.on('close', (code) => {
    clearTimeout(timer);
    resolve({
      code: timedOut ? 124 : (code ?? 1),
      stdout: Buffer.concat(out).toString(),
      stderr: Buffer.concat(err).toString(),
    });
  });
  child.stdin?.end(options.input);
  return promise;
}

/** Like `run`, and an exit code other than 0 is an error that shows what the program said last. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const finished = await run(command, args, options);
  if (finished.code === 0) return finished.stdout;
  const said = `${finished.stdout}${finished.stderr}`.trim().split('\n').slice(-25).join('\n');
  throw new Error(`${command} ${args.join(' ')} ended with ${finished.code}:\n${said}`);
}

/** The path of a program, or undefined when it is not on PATH. */
export async function which(program: string): Promise<string | undefined> {
  const found = await run('sh', ['-c', `command -v -- "${program}"`]);
  return found.code === 0 ? found.stdout.trim() : undefined;
}
