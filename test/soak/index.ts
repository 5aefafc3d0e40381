/**
 * `npm run test:soak`: the whole probe service against peers that misbehave in every way, for 20 minutes (`-- --minutes N`), with a
 * reload every 20 s and all peers gone for 5 s every minute. What it holds must not grow.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProbeService, surroundingsHere } from '../../cli/probe-service.ts';
import type { Service } from '../../probes/index.ts';
import { behaviours } from '../../probes/testing/fault-server.ts';
import { growths, type Held, kinds } from './growth.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } });
const limitMs = Number(values.minutes) * 60_000;
const firstPort = 19_500;
/** Enough samples for a median, and each of them costs a collection of all garbage. */
const everyMs = Math.max(2_000, limitMs / 60);
const [reloadMs, awayMs, backMs] = [20_000, 60_000, 5_000];

const folder = mkdtempSync(join(tmpdir(), 'watchpost-soak-'));
const file = join(folder, 'watchpost.yaml');
const collect = globalThis.gc;
if (!collect) throw new Error('run it with --expose-gc: without a collection the heap says nothing');
let peers = await startPeers();
try {
  process.exitCode = await soak();
} finally {
  await stopPeers();
  rmSync(folder, { recursive: true, force: true });
}

async function soak(): Promise<number> {
  let lines = 0;
  writeFileSync(file, configuration(0));
  await using service = await startProbeService({
    configFile: file,
    listen: { host: '127.0.0.1', port: 0 },
    alertmanager: `http://127.0.0.1:${firstPort + 5}`,
    direct: false,
    data: join(folder, 'data'),
    surroundings: surroundingsHere,
    write: () => lines++,
  });
  const samples: Held[] = [];
  const beganMs = performance.now();
  const elapsedMs = () => performance.now() - beganMs;
  const due = { sample: everyMs, reload: reloadMs, away: awayMs, back: Number.POSITIVE_INFINITY };
  for (let reloads = 0; elapsedMs() < limitMs; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (elapsedMs() > due.away) {
      await stopPeers();
      due.back = elapsedMs() + backMs;
      due.away += awayMs;
    }
    if (elapsedMs() > due.back) {
      peers = await startPeers();
      due.back = Number.POSITIVE_INFINITY;
    }
    if (elapsedMs() > due.reload) {
      writeFileSync(file, configuration(++reloads % 2));
      const result = await service.reload();
      if (!result.ok) throw new Error(result.problem);
      due.reload += reloadMs;
    }
    if (elapsedMs() > due.sample) {
      samples.push(await sample(service));
      say(samples, elapsedMs(), lines);
      due.sample += everyMs;
    }
  }
  return judge(samples);
}

async function sample(service: Service): Promise<Held> {
  // In the same place of a reload's time each time: a probe that is gone is told of for 30 s.
  const series = (await (await fetch(`${service.url}/metrics`)).text()).split('\n').filter(isSample).length;
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
  collect?.();
  return {
    heap: process.memoryUsage().heapUsed,
    descriptors: readdirSync('/proc/self/fd').length,
    timers,
    handles: resources.length - timers,
    series,
  };
}

/** Without those that come and go with a failure: which probes fail at the moment is no growth. */
function isSample(line: string): boolean {
  return line.startsWith('watchpost_probe_info{') || line.startsWith('watchpost_probe_runs_total{');
}

function say(samples: readonly Held[], ms: number, lines: number): void {
  const last = samples.at(-1);
  const figures = kinds.map(
    (kind) => `${kind} ${kind === 'heap' ? ((last?.heap ?? 0) / 1e6).toFixed(1) : last?.[kind]}`,
  );
  console.log(`${(ms / 60_000).toFixed(1).padStart(5)} min  ${figures.join('  ')}  lines ${lines}`);
}

function judge(samples: readonly Held[]): number {
  const found = growths(samples);
  for (const { kind, before, after, allowed } of found) {
    console.log(
      `GROWTH of ${kind}: ${before} in the second quarter, ${after} in the last, allowed ${Math.round(allowed)}`,
    );
  }
  if (found.length === 0) console.log(`no growth of ${kinds.join(', ')} over ${values.minutes} minutes`);
  return found.length === 0 ? 0 : 1;
}

/** Every behaviour of the fault server by HTTP and by HTTPS, every misbehaviour at accept by TCP, TLS and HTTP, and names. */
function configuration(turn: number): string {
  const probes = [
    ...Object.keys(behaviours).flatMap((path) => [
      `http: "http://127.0.0.1:${firstPort}/${path}", redirects: 3`,
      `http: "https://127.0.0.1:${firstPort + 1}/${path}", trust: any`,
    ]),
    ...[2, 3, 4].flatMap((port) => [
      `tcp: "127.0.0.1:${firstPort + port}"`,
      `tls: "127.0.0.1:${firstPort + port}"`,
      `http: "http://127.0.0.1:${firstPort + port}/"`,
    ]),
    'http: "http://localhost:1/"',
    'http: "http://no-such-name.invalid/"',
    // Another target with each reload: its series must go when it goes.
    `http: "http://127.0.0.1:${firstPort}/ok?turn=${turn}"`,
  ];
  return [
    'stack: soak',
    'defaults: { every: 2s, timeout: 1s }',
    'services:',
    '  parent: { probes: { ok: { http: "http://127.0.0.1:19500/ok" } } }',
    '  soak:',
    '    depends_on: [parent]',
    '    probes:',
    ...probes.map((options, i) => `      p${i}: { ${options} }`),
    '',
  ].join('\n');
}

async function startPeers(): Promise<ChildProcess> {
  const program = new URL('peers.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, String(firstPort)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the peers did not start'))),
  ]);
  return child;
}

async function stopPeers(): Promise<void> {
  if (peers.exitCode !== null || peers.signalCode !== null) return;
  const gone = once(peers, 'exit');
  peers.kill('SIGKILL');
  await gone;
}
