import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { entryPoint } from './run-watchpost.ts';

/** A `watchpost` that goes on running, until it is disposed at the latest. */
export interface RunningWatchpost extends AsyncDisposable {
  readonly pid: number;
  /** Both streams so far. */
  output(): string;
  /** Resolves when the output matches; rejects, with the output, when it ends before or takes too long. */
  says(pattern: RegExp, limitMs?: number): Promise<RegExpExecArray>;
  /**
   * Waits for its end, which the signal asks for where there is one.
   * @returns the exit code, or the signal that ended it
   */
  stop(signal?: NodeJS.Signals): Promise<number | string | null>;
}

export async function startWatchpost(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  entry: string = entryPoint,
): Promise<RunningWatchpost> {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const ended = once(child, 'close');
  await once(child, 'spawn');
  const stop = async (signal?: NodeJS.Signals) => {
    if (signal && child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    return child.exitCode ?? child.signalCode;
  };
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async says(pattern, limitMs = 60_000) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const timer = setTimeout(
        () => reject(new Error(`nothing matched ${pattern} within ${limitMs} ms:\n${output}`)),
        limitMs,
      );
      const look = () => {
        const match = pattern.exec(output);
        if (match) resolve(match);
      };
      child.once('close', () => reject(new Error(`it ended and nothing matched ${pattern}:\n${output}`)));
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      look();
      return await promise.finally(() => clearTimeout(timer));
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
  };
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return servers.map((server) => {
    const address = server.address();
    server.close();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return address.port;
  });
}
