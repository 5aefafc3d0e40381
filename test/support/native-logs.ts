import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../../cli/testing/running-watchpost.ts';
import type { Config } from '../../config/model.ts';
import { generateLoki } from '../../loki/index.ts';
import { componentCommand } from '../../stack/arguments.ts';
import { lokiGrpcAbove, type Part, partNames } from '../../stack/parts.ts';
import type { Surroundings } from '../../stack/surroundings.ts';
import { nativeForTest } from './generator-input.ts';

/** Loki and the log collector as processes of this machine, with what is generated for it. */
export interface NativeLogs extends AsyncDisposable {
  /** Base URL of Loki. */
  readonly loki: string;
  start(part: LogPart): Promise<void>;
  stop(part: LogPart): Promise<void>;
}

export type LogPart = 'loki' | 'alloy';

export interface NativeLogsOptions {
  readonly config: Config;
  /** Further arguments of a part. */
  readonly arguments?: Readonly<Partial<Record<LogPart, readonly string[]>>>;
  readonly parts?: readonly LogPart[];
}

/** Starts both, and waits until both say that they are ready. A test is skipped, by name, where one is not on PATH. */
export async function startNativeLogs(options: NativeLogsOptions): Promise<NativeLogs> {
  await using cleanup = new AsyncDisposableStack();
  const root = mkdtempSync(join(tmpdir(), 'watchpost-logs-'));
  cleanup.defer(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const [lokiPort = 0, alloyPort = 0] = await lokiPorts();
  const { parts = ['loki', 'alloy'] } = options;
  const ports: Partial<Record<Part, number>> = { loki: lokiPort, alloy: alloyPort };
  const plain = nativeForTest(
    partNames.filter((name) => !parts.some((part) => part === name)),
    root,
  );
  const surroundings: Surroundings = { ...plain, address: (part) => `127.0.0.1:${ports[part] ?? 1}` };
  for (const { path, content } of generateLoki(options.config, surroundings)) {
    const file = join(root, 'config', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const running = new Map<LogPart, ReturnType<typeof spawn>>();
  const start = async (part: LogPart) => {
    const data = surroundings.data(part);
    mkdirSync(data, { recursive: true });
    const s3CredentialsFile = options.config.s3?.credentialsFile;
    const { args, env } = componentCommand(part, surroundings, options.config.urls, { s3CredentialsFile });
    const logFile = join(root, `${part}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(part, [...args, ...(options.arguments?.[part] ?? [])], {
      stdio: ['ignore', log, log],
      cwd: data,
      env: { ...process.env, ...env },
    });
    closeSync(log);
    running.set(part, child);
    const ready = `http://127.0.0.1:${ports[part]}/${part === 'loki' ? 'ready' : '-/ready'}`;
    for (let tries = 0; !(await answers(ready)); tries++) {
      if (child.exitCode !== null || tries === 1_800) {
        throw new Error(`${part} did not start:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
      }
      await pause(100);
    }
  };
  const stop = async (part: LogPart, signal: NodeJS.Signals = 'SIGTERM') => {
    const child = running.get(part);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill(signal);
    await promise;
  };
  cleanup.defer(async () => {
    await Promise.all([...running.keys()].map((part) => stop(part, 'SIGKILL')));
  });
  for (const part of parts) await start(part);
  const rest = cleanup.move();
  return {
    loki: `http://127.0.0.1:${lokiPort}`,
    start,
    stop,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Loki listens on a second one, so far above the first; both were free a moment ago. */
async function lokiPorts(): Promise<readonly number[]> {
  for (;;) {
    const found = await freePorts(2);
    const [first = 0] = found;
    if (await isFree(first + lokiGrpcAbove)) return found;
  }
}

async function isFree(port: number): Promise<boolean> {
  if (port > 65_535) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer()
    .once('error', () => resolve(false))
    .listen(port, () => server.close(() => resolve(true)));
  return await promise;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
