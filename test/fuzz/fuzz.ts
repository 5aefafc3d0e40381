import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../probes/clock.ts';
import type { Outcome } from '../../probes/model.ts';
import { createResolver } from '../../probes/net/resolve.ts';
import { emptyMemory } from '../../probes/probers/attempt-for-test.ts';
import { attempt } from '../../probes/schedule/attempt.ts';
import { largestTurn } from '../../probes/testing/largest-turn.ts';
import { probingOf } from './probings.ts';
import { type Subject, valid } from './valid.ts';

export const subjects = Object.keys(valid) as readonly Subject[];

/** What no answer may make the prober do. */
const limits = { turnMs: 50, rssBytes: 400_000_000 };
/** Many answers leave it waiting. */
const timeoutMs = 150;

export interface Finding {
  readonly subject: Subject;
  readonly seed: number;
  readonly what: string;
}

export interface FuzzReport {
  readonly runs: number;
  readonly byReason: Readonly<Record<string, number>>;
  readonly largestTurnMs: number;
  readonly largestRssBytes: number;
  readonly findings: readonly Finding[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly subjects: readonly Subject[];
  /** Asked before each run with the number of those before. */
  readonly goesOn: (runs: number) => boolean;
  /** Whether the memory of this process is looked at: not where it is the test runner's. */
  readonly looksAtMemory: boolean;
}

/**
 * Probes peers that answer by random changes of what is valid, one after the other, and judges what came of it: an outcome that
 * blames the prober, an error that nobody caught, a turn of the event loop that computed too long, memory.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  await using cleanup = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-fuzz-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const peers = fork(new URL('peers.ts', import.meta.url));
  cleanup.defer(() => {
    peers.removeAllListeners('exit').disconnect();
  });
  // Without them nothing would ever be answered, and nothing would tell why.
  peers.once('exit', () => {
    throw new Error('the peers ended');
  });
  const [{ ports, ca }] = await once(peers, 'message');
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const findings: Finding[] = [];
  const byReason: Record<string, number> = {};
  let [runs, largestTurnMs, largestRssBytes] = [0, 0, 0];
  const run = (subject: Subject, seed: number) => runOnce(peers, subject, seed, ports[subject], caFile);
  // The first of each compiles what it needs: that is a cost of the process, not of the answer.
  for (const subject of options.subjects) await run(subject, 0);
  for (; options.goesOn(runs); runs++) {
    const subject = options.subjects[runs % options.subjects.length] ?? 'http';
    const seed = options.seed + runs;
    let ran = await run(subject, seed);
    for (let again = 0; isOfTheMachine(ran.outcome) && again < 10; again++) ran = await run(subject, seed);
    const { outcome, faults, ...first } = ran;
    byReason[outcome.reason] = (byReason[outcome.reason] ?? 0) + 1;
    for (const what of faults) findings.push({ subject, seed, what });
    if (outcome.reason === 'internal') findings.push({ subject, seed, what: `internal: ${outcome.found}` });
    // A collection of garbage falls into some turn, and into another one the next time.
    let { turnMs } = first;
    for (let again = 0; turnMs > limits.turnMs && again < 2; again++) {
      turnMs = Math.min(turnMs, (await run(subject, seed)).turnMs);
    }
    if (turnMs > limits.turnMs) findings.push({ subject, seed, what: `${Math.round(turnMs)} ms in one turn` });
    largestTurnMs = Math.max(largestTurnMs, turnMs);
    const rssBytes = options.looksAtMemory ? process.memoryUsage.rss() : 0;
    if (rssBytes > limits.rssBytes)
      findings.push({ subject, seed, what: `${Math.round(rssBytes / 1e6)} MB of memory` });
    largestRssBytes = Math.max(largestRssBytes, rssBytes);
  }
  return { runs, byReason, largestTurnMs, largestRssBytes, findings };
}

interface Run {
  readonly outcome: Outcome;
  readonly turnMs: number;
  /** Errors that are ours. */
  readonly faults: readonly string[];
}

async function runOnce(
  peers: ChildProcess,
  subject: Subject,
  seed: number,
  port: number,
  caFile: string,
): Promise<Run> {
  peers.send({ subject, seed });
  await once(peers, 'message');
  const { prober, value, options } = probingOf(subject, seed, port, caFile);
  const [parsedValue, parsedOptions] = [prober.value.parse(value), prober.options.parse(options)];
  const faults: string[] = [];
  const escaped = (error: unknown) => void faults.push(`nobody caught ${wordsOf(error)}`);
  process.on('uncaughtException', escaped).on('unhandledRejection', escaped);
  let outcome: Outcome | undefined;
  try {
    const turnMs = await largestTurn(async () => {
      outcome = await attempt(
        { timeoutMs, run: (run) => prober.probe(parsedValue, parsedOptions as never, run) },
        {
          clock: systemClock,
          resolve: createResolver(),
          memory: emptyMemory(),
          stop: new AbortController().signal,
          // A deadline that is missed says how busy the machine is; a turn that is too long is looked for by itself.
          internal: (place, error) => void (place === 'prober' && faults.push(wordsOf(error))),
        },
      );
      // What nobody reads is not made.
      JSON.stringify(outcome);
      // What a run leaves behind comes to light when it is over.
      await new Promise((resolve) => setImmediate(resolve));
    });
    if (!outcome) throw new Error('no outcome');
    return { outcome, turnMs, faults };
  } finally {
    process.off('uncaughtException', escaped).off('unhandledRejection', escaped);
  }
}

/** The file of the authority is ours, and a busy disk is no answer of a peer: that run is made again. */
function isOfTheMachine({ found }: Outcome): boolean {
  return found.includes('ca.pem (not read in time)');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
