import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** 0 to 255; undefined when it could not be started or did not end in time. */
  readonly code: number | undefined;
  /** Both streams, in the order in which they arrived. */
  readonly output: string;
}

/** Runs a program to its end, within a time limit. Never throws for what the program did. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly cwd?: string; readonly onOutput?: (text: string) => void },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces: string[] = [];
    const collect = (data: Buffer) => {
      pieces.push(data.toString());
      options.onOutput?.(data.toString());
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setTimeout(() => {
      pieces.push(`\n${program} did not end within ${options.timeoutMs / 1_000} s`);
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const end = (code: number | undefined) => {
      clearTimeout(timer);
      resolve({ code, output: pieces.join('').replace(/^\n+/, '').trimEnd() });
    };
    child.once('error', (error) => {
      pieces.push(error.message);
      end(undefined);
    });
    child.once('close', (code) => end(code ?? undefined));
  });
}
