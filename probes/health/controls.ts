import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Outcome, PlannedProbe, Resolve } from '../model.ts';
import { type Observer, Scheduler } from '../schedule/scheduler.ts';

/** What must come of each, always. */
export const controls = { must_pass: 'pass', must_fail: 'fail' } as const;
export type ControlName = keyof typeof controls;

/** Probes of the two URLs by a real prober, made by the caller: the service knows no protocol. */
export type MakeControls = (urls: Readonly<Record<ControlName, string>>) => Readonly<Record<ControlName, PlannedProbe>>;

export interface ControlsOptions {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly make: MakeControls;
  readonly judge: NonNullable<Observer<PlannedProbe>['judge']>;
  /** A conclusive run has ended. What is inconclusive is no lie, and no proof either. */
  readonly ran: (name: ControlName, correct: boolean, outcome: Outcome) => void;
  readonly internal: (place: string, error: unknown) => void;
}

/**
 * The prober proves itself all the time: a listener of its own that is always well and one that never is, probed like any
 * target. A pass of the bad one, or a fail of the good one, says that no verdict can be trusted.
 */
export async function startControls(options: ControlsOptions): Promise<AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack();
  const { clock, resolve, make, judge, ran, internal } = options;
  const server = createServer((request, response) => {
    const well = request.url === '/must_pass';
    response.writeHead(well ? 200 : 503, { connection: 'close', 'content-type': 'text/plain' });
    response.end(well ? 'well\n' : 'never well\n');
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(0, '127.0.0.1', listening);
  });
  cleanup.defer(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const probes = make({ must_pass: `${base}/must_pass`, must_fail: `${base}/must_fail` });
  const nameOf = (task: PlannedProbe): ControlName => (task === probes.must_pass ? 'must_pass' : 'must_fail');
  const scheduler = cleanup.use(
    new Scheduler<PlannedProbe>({
      clock,
      resolve,
      memoryOf: () => noMemory,
      observer: {
        // Each run stands for itself.
        needsConfirming: () => false,
        failing: () => {},
        skipped: () => {},
        ended({ task, outcome }) {
          if (outcome.verdict === 'inconclusive') return;
          const name = nameOf(task);
          ran(name, outcome.verdict === controls[name], outcome);
        },
        judge,
        internal,
      },
    }),
  );
  for (const probe of Object.values(probes)) scheduler.set(probe);
  const running = cleanup.move();
  return { [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const noMemory = { recall: () => undefined, remember: () => {}, beats: () => ({ awaitedSince: 0 }) };
