import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, Wait } from 'testcontainers';
import { composeSurroundings } from '../../cli/surroundings.ts';
import { freePorts, type RunningWatchpost, startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { loadConfig } from '../../config/index.ts';
import { lokiConfig } from '../../loki/loki.ts';
import { componentCommand } from '../../stack/arguments.ts';
import { parts } from '../../stack/parts.ts';
import { imageOf } from './found.ts';
import { must } from './shell.ts';

const records = 10_000;
/** Loki has taken a batch for so long before the probe service hears of it: a kill falls into that. */
const answersAfterMs = 250;
/** Records that go into the log with one request, as notifications of Alertmanager do. */
const perRequest = 50;
const configuration = `stack: s
environment: e
services:
  app: { probes: { live: { tcp: "127.0.0.1:9", every: 1h } } }
`;

export interface Outage {
  /** Numbers that Loki has not, and those that it has more than once. */
  readonly missing: readonly number[];
  readonly doubled: readonly number[];
  /** How many waited when Loki came back, and at each kill while they were being sent. */
  readonly waited: number;
  readonly killedWith: readonly number[];
  /** Until the last of them was taken. */
  readonly caughtUpMs: number;
  /** What Loki counts itself. */
  readonly counted: number;
}

/**
 * Ten thousand numbered records through the log of a real probe service into a real Loki, which is killed and stays away: the probe
 * service is killed meanwhile, and again, several times, while it sends what waited.
 */
export async function otlpOutage(awayMs: number): Promise<Outage> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'otlp-outage-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'watchpost.yaml');
  await writeFile(file, configuration);
  const [port = 0, lokiPort = 0] = await freePorts(2);
  const loki = cleanup.use(await startLoki(folder, lokiPort));
  const wayThere = cleanup.use(await startWayTo(loki.url));
  const service = new ProbeService(file, join(folder, 'data'), port, wayThere.url);
  cleanup.defer(() => service.kill());
  await service.start();

  const post = async (from: number, to: number, overMs = 0) => {
    const requests = Math.ceil((to - from) / perRequest);
    for (let number = from; number < to; number += perRequest) {
      await service.record(Array.from({ length: Math.min(perRequest, to - number) }, (_, i) => number + i));
      await sleep(overMs / requests);
    }
  };

  await post(0, 1_500);
  await loki.kill();
  const awayAt = Date.now();
  await post(1_500, 5_000, awayMs / 3);
  await service.kill();
  await service.start();
  await post(5_000, 9_000, awayMs / 3);
  await sleep(Math.max(0, awayMs - (Date.now() - awayAt)));
  const waited = await service.waiting();
  await loki.start();
  const backAt = Date.now();
  const killedWith: number[] = [];
  while (killedWith.length < 3) {
    const left = await service.waiting();
    if (left === 0) break;
    if (left > (killedWith.at(-1) ?? waited) - 1_000) {
      await sleep(5);
      continue;
    }
    killedWith.push(left);
    await service.kill();
    await service.start();
  }
  await post(9_000, records);
  while ((await service.waiting()) > 0) await sleep(200);
  const caughtUpMs = Date.now() - backAt;

  const found = await loki.numbers();
  const counts = new Map<number, number>();
  for (const number of found) counts.set(number, (counts.get(number) ?? 0) + 1);
  const all = Array.from({ length: records }, (_, number) => number);
  return {
    missing: all.filter((number) => !counts.has(number)),
    doubled: all.filter((number) => (counts.get(number) ?? 0) > 1),
    ...{ waited, killedWith, caughtUpMs },
    counted: await loki.count(),
  };
}

/** Hands requests on to Loki, and each answer back a moment later; where Loki is away, the connection breaks. */
async function startWayTo(loki: string) {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) body.push(chunk);
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const method = request.method ?? '';
    const options = method === 'GET' ? { method } : { method, headers, body: Buffer.concat(body) };
    const answer = await fetch(`${loki}${request.url}`, options).catch(() => undefined);
    if (!answer) {
      request.destroy();
      return;
    }
    await sleep(answersAfterMs);
    response.writeHead(answer.status).end(answer.status === 204 ? undefined : await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

class ProbeService {
  readonly #args: readonly string[];
  readonly #url: string;
  #running: RunningWatchpost | undefined;

  constructor(file: string, data: string, port: number, loki: string) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#args = ['serve', '--config', file, '--data', data, '--listen', `127.0.0.1:${port}`];
    this.#args = [...this.#args, '--otlp-logs', `${loki}/otlp`];
  }

  async start(): Promise<void> {
    this.#running = await startWatchpost(this.#args);
    await this.#running.says(/metrics: http/);
  }

  async kill(): Promise<void> {
    await this.#running?.stop('SIGKILL');
  }

  /** They are in the log when it returns. */
  async record(numbers: readonly number[]): Promise<void> {
    const alerts = numbers.map((number) => ({
      status: 'firing',
      labels: { alertname: 'Numbered' },
      annotations: { summary: `record ${number}.` },
      startsAt: new Date().toISOString(),
    }));
    const response = await fetch(`${this.#url}/api/v1/receipts`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify({ status: 'firing', receiver: 'test', alerts }),
    });
    if (!response.ok) throw new Error(`the probe service answered ${response.status}: ${await response.text()}`);
  }

  async waiting(): Promise<number> {
    const response = await fetch(`${this.#url}/metrics`, { headers: { connection: 'close' } });
    const value = /^watchpost_log_waiting_records (\S+)$/m.exec(await response.text())?.[1];
    if (value === undefined) throw new Error('the probe service does not say how many records wait');
    return Number(value);
  }
}

async function startLoki(folder: string, port: number) {
  const loaded = loadConfig(configuration, { file: 'watchpost.yaml', env: {}, mode: 'generate' });
  if ('diagnostics' in loaded) throw new Error('the configuration of the test is wrong');
  const surroundings = composeSurroundings(loaded.config);
  await mkdir(join(folder, 'loki/rules'), { recursive: true });
  await writeFile(join(folder, 'loki/loki.yaml'), lokiConfig(loaded.config, surroundings).content);
  const container = await new GenericContainer(imageOf('loki'))
    .withCommand([...componentCommand('loki', surroundings).args])
    .withBindMounts([{ source: join(folder, 'loki'), target: surroundings.folder('loki'), mode: 'ro' }])
    // The same one when it comes back.
    .withExposedPorts({ container: parts.loki.port, host: port })
    .withWaitStrategy(Wait.forHttp('/ready', parts.loki.port))
    .withStartupTimeout(180_000)
    .start();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = Date.now();
  const ready = async () => (await fetch(`${url}/ready`).catch(() => undefined))?.ok ?? false;
  return {
    url,
    kill: async () => void (await must('docker', ['kill', container.getId()])),
    start: async () => {
      await must('docker', ['start', container.getId()]);
      while (!(await ready())) await sleep(50);
    },
    /** Of every record that it gives out, in pages as Grafana asks for them. */
    async numbers(): Promise<readonly number[]> {
      const numbers: number[] = [];
      const seen = new Set<string>();
      for (let start = BigInt(startedAt) * 1_000_000n; ; ) {
        const asked = new URLSearchParams({
          ...{ query, limit: '4000', direction: 'forward' },
          ...{ start: String(start), end: String(BigInt(Date.now() + 60_000) * 1_000_000n) },
        });
        const answer = await ask<{ values: [string, string][] }>(url, `query_range?${asked}`);
        const page = answer.flatMap(({ values }) => values).sort(([a], [b]) => Number(BigInt(a) - BigInt(b)));
        const fresh = page.filter(([time]) => !seen.has(time));
        numbers.push(...fresh.map(([, line]) => Number(/record (\d+)\./.exec(line)?.[1])));
        if (page.length < 4_000) return numbers;
        for (const [time] of fresh) seen.add(time);
        start = BigInt(page.at(-1)?.[0] ?? 0);
      }
    },
    async count(): Promise<number> {
      const counting = encodeURIComponent(`sum(count_over_time(${query}[1h]))`);
      const [sum] = await ask<{ value: [number, string] }>(url, `query?query=${counting}`);
      return Number(sum?.value[1] ?? 0);
    },
    [Symbol.asyncDispose]: async () => void (await container.stop({ timeout: 1_000 })),
  };
}

const query = '{service_name="watchpost"} | event="receipt" |= "Numbered"';

async function ask<T>(url: string, path: string): Promise<readonly T[]> {
  const response = await fetch(`${url}/loki/api/v1/${path}`);
  if (!response.ok) throw new Error(`Loki answered ${response.status}: ${await response.text()}`);
  const { data } = (await response.json()) as { data: { result: readonly T[] } };
  return data.result;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
