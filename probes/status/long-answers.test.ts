import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { OwnMetrics } from '../export/own-metrics.ts';
import { ProbeSeries } from '../export/probe-series.ts';
import { passed, sampleProbe } from '../state/sample-probe.ts';
import { serve } from './http.ts';

/** Of a turn of the event loop, in milliseconds of processor time: what another process takes meanwhile is not ours. */
const mostMs = 50;
const probes = Array.from({ length: 10_000 }, (_, i) =>
  sampleProbe({ service: `service-${i % 1_000}`, probe: `p${i}`, target: `http://10.0.0.1:${i}/health` }),
);

describe('an exposition of ten thousand probes of a thousand services', () => {
  const phases = ['connect', 'processing', 'transfer'];
  const samples = phases.map((phase, i) => ({
    metric: 'probe_http_duration_seconds' as const,
    value: 0.001_234_5 * (i + 1),
    labels: { phase },
  }));
  const series = new ProbeSeries({ clock: systemClock, stateOf: () => ({ status: 'up' }) });
  series.configure(probes, 'here');
  const metrics = new OwnMetrics();
  for (const task of probes) {
    const { service } = task;
    series.ended({ task, scheduled: true, latenessMs: 1.25, endedAt: 1_000, outcome: passed({ samples }) });
    metrics.observe('watchpost_service_probe_duration_seconds', 0.01, { service });
    metrics.add('watchpost_slo_latency_runs_total', 1, { service, speed: 'fast' });
    for (const reason of ['status', 'connect_refused', 'body_timeout']) {
      metrics.add('watchpost_service_failed_runs_total', 1, { service, verdict: 'fail', reason });
    }
  }

  test('leaves the event loop its turns, also where two read it at once', async () => {
    await using server = await started(() => exposition());
    // Once before: V8 has not compiled it yet.
    await read(server.url);
    const turns = new TurnTimes();
    const bodies = await Promise.all([read(server.url), read(server.url)]);
    const longest = turns.end();
    expect(bodies.map(({ length }) => length > 10_000_000)).toEqual([true, true]);
    expect(longest.count).toBeGreaterThan(20);
    expect(longest.cpuMs).toBeLessThan(mostMs);
  });

  test('is written no further than somebody reads it', async () => {
    let written = 0;
    let ended = 0;
    await using server = await started(async function* () {
      try {
        for await (const part of exposition()) {
          written += part.length;
          yield part;
        }
      } finally {
        ended++;
      }
    });
    const whole = (await read(server.url)).length;
    written = 0;
    const silent = await ask(server.url);
    const stood = await untilStill(() => written);
    // What the kernel's two buffers hold, and a part.
    expect(stood).toBeGreaterThan(0);
    expect(stood).toBeLessThan(whole * 0.6);
    // Who is gone is written nothing more for, and what was begun is ended.
    silent.destroy();
    await expect.poll(() => ended).toBe(2);
    expect(written).toBeLessThan(whole * 0.6);
  });

  async function* exposition(): AsyncGenerator<string> {
    yield* series.chunks();
    yield* metrics.parts();
  }
});

function started(body: () => AsyncIterable<string>) {
  const answer = () => ({ status: 200, type: 'text/plain', body: body() });
  const route = { method: 'GET' as const, path: '/metrics', says: 'all', answer };
  return serve({
    host: '127.0.0.1',
    port: 0,
    routes: [route],
    internal: (error) => {
      throw error;
    },
  });
}

function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`${url}/metrics`, { agent: false }, (response) => {
      const chunks: string[] = [];
      response.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
      response.once('end', () => resolve(chunks.join('')));
    }).once('error', reject);
  });
}

/** Asks, and never reads. */
async function ask(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET /metrics HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  return socket;
}

/** The value once a thousand turns of the event loop have passed in which it stayed the same. */
async function untilStill(value: () => number): Promise<number> {
  for (let still = 0, last = -1; ; still++) {
    if (value() !== last) still = 0;
    if (still === 1_000 && last > 0) return last;
    last = value();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Of each turn of the event loop the processor time of this thread. */
class TurnTimes {
  #running = true;
  #count = 0;
  #longestMs = 0;
  #last = process.threadCpuUsage();

  constructor() {
    this.#next();
  }

  end(): { readonly count: number; readonly cpuMs: number } {
    this.#running = false;
    return { count: this.#count, cpuMs: this.#longestMs };
  }

  #next(): void {
    setImmediate(() => {
      if (!this.#running) return;
      const { user, system } = process.threadCpuUsage(this.#last);
      this.#last = process.threadCpuUsage();
      this.#count++;
      this.#longestMs = Math.max(this.#longestMs, (user + system) / 1_000);
      this.#next();
    });
  }
}
