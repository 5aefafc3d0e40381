import { type ChildProcess, spawn } from 'node:child_process';
import type { Address } from '../../model.ts';

export interface Request {
  readonly address: Address;
  readonly count: number;
  readonly size: number;
  readonly ttl?: number | undefined;
}

/** What became of one call of `ping`. */
export interface Pinged {
  /** Null where it was ended by us, or did not start. */
  readonly exitCode: number | null;
  /** The system's code where it could not be started: `ENOENT`. */
  readonly startError?: string;
  readonly output: string;
  readonly errors: string;
}

export interface Reply {
  readonly sequence: number;
  readonly ttl: number;
  /** Undefined where the reply is shorter than the request: `ping` then says the time only at its end. */
  readonly rttMs?: number;
}

/** How long the replies took. */
export interface RoundTrips {
  readonly meanMs: number;
  readonly slowestMs: number;
}

/** Milliseconds from one request to the next: as often as who is not root may. */
const intervalMs = 200;
/** A `ping` that is answered prints a line for each reply; one that prints more than this is broken. */
const outputLimit = 65_536;
/** A process that was killed is gone in a moment; one that the kernel holds must not hold us. */
const goneMs = 30;

/**
 * Runs the system's `ping` until it ends, the time is over or the signal aborts; then it is killed and waited for.
 * @param waitMs how long to wait at most
 */
export async function ping(request: Request, waitMs: number, signal: AbortSignal): Promise<Pinged> {
  const ended = Promise.withResolvers<Pinged>();
  let [output, errors] = ['', ''];
  const end = (exitCode: number | null, startError?: string) =>
    ended.resolve({ exitCode, output, errors, ...(startError === undefined ? {} : { startError }) });
  let child: ChildProcess;
  try {
    child = spawn('ping', argumentsFor(request, waitMs), {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of our environment is its business; the locale is that of the words which are looked for.
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
  } catch (error) {
    return { exitCode: null, startError: startCode(error), output, errors };
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < outputLimit) output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < outputLimit) errors += text;
  });
  child.once('error', (error) => end(null, startCode(error)));
  child.once('close', (exitCode) => end(exitCode));
  const kill = () => {
    child.kill('SIGKILL');
    // What the pipes still hold is read before; a child of its own, which `ping` has none of, could keep them open.
    setTimeout(() => end(null), goneMs).unref();
  };
  const timer = setTimeout(kill, waitMs);
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  try {
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function argumentsFor({ address, count, size, ttl }: Request, waitMs: number): readonly string[] {
  // It waits for the last reply this long: a little less than we do, so that it can still say how it went.
  const replyMs = Math.max(10, waitMs - (count - 1) * intervalMs - 40);
  return [
    address.family === 6 ? '-6' : '-4',
    '-n',
    ...['-c', String(count)],
    ...['-i', String(intervalMs / 1_000)],
    ...['-W', (replyMs / 1_000).toFixed(3)],
    ...['-s', String(size)],
    ...(ttl === undefined ? [] : ['-t', String(ttl)]),
    '--',
    address.address,
  ];
}

function startCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** The replies in what `ping` of iputils printed, each request once. */
export function repliesIn(output: string): readonly Reply[] {
  const replies = new Map<number, Reply>();
  for (const line of output.split('\n')) {
    // What follows the time says that this is no good reply: `(DUP!)`, `(BAD CHECKSUM!)`, `(DIFFERENT ADDRESS!)`. One that is
    // shorter than the request is good: some hosts send back the first 64 bytes only.
    const match = /^\d+ bytes from .*?: icmp_seq=(\d+) ttl=(\d+) (?:time[=<]([\d.]+) ms|\(truncated\))$/.exec(
      line.trimEnd(),
    );
    if (!match) continue;
    const [sequence, ttl] = [Number(match[1]), Number(match[2])];
    if (replies.has(sequence)) continue;
    replies.set(sequence, { sequence, ttl, ...(match[3] === undefined ? {} : { rttMs: Number(match[3]) }) });
  }
  return [...replies.values()];
}

/** The times of the replies; undefined where `ping` said none, neither of each nor at its end. */
export function roundTripsIn(output: string, replies: readonly Reply[]): RoundTrips | undefined {
  const times = replies.flatMap(({ rttMs }) => rttMs ?? []);
  if (times.length > 0 && times.length === replies.length) {
    return { meanMs: times.reduce((sum, ms) => sum + ms, 0) / times.length, slowestMs: Math.max(...times) };
  }
  const [, mean, slowest] = /^rtt min\/avg\/max\/mdev = [\d.]+\/([\d.]+)\/([\d.]+)\/[\d.]+ ms/m.exec(output) ?? [];
  return mean === undefined ? undefined : { meanMs: Number(mean), slowestMs: Number(slowest) };
}

/** Who said that a request did not arrive, and why: `Destination Host Unreachable, says 192.0.2.1`. */
export function refusalIn(output: string): string | undefined {
  const match = /^From (\S+?):? (?:\S*icmp_seq=\d+ )(.+)$/m.exec(output);
  return match ? `${match[2]?.trim()}, says ${match[1]}` : undefined;
}
