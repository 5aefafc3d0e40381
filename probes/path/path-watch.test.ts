import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../stack/secret.ts';
import { OwnMetrics } from '../export/own-metrics.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { samplePlan } from '../state/sample-probe.ts';
import { AlertPath } from './alert-path.ts';
import { type Answer, Asker } from './ask.ts';
import { PathWatch } from './path-watch.ts';

/** Knows when it has been asked all that follows from one another. */
class WatchedAsker extends Asker {
  #open = 0;

  override async ask(...question: Parameters<Asker['ask']>): Promise<Answer> {
    this.#open++;
    try {
      return await super.ask(...question);
    } finally {
      void turns(5).then(() => this.#open--);
    }
  }

  async settled(): Promise<void> {
    do await turns(1);
    while (this.#open > 0);
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

/** What stands where Alertmanager and Prometheus would: real HTTP, with the answers that a test wants of them. */
async function setUp() {
  const clock = new ManualClock();
  const path = new AlertPath({ clock, metrics: new OwnMetrics(), sources: ['prometheus'] });
  const am = { ready: 200, delivers: true, tries: 0, failed: 0 };
  const prometheus = { ready: 200, scrapedAgo: 2, evaluatedAgo: 2, sends: true };
  const returned: string[] = [];
  const takeBack = (nonce: string, source: string) => {
    const alert = { status: 'firing' as const, labels: { alertname: 'Watchdog', source }, annotations: { nonce } };
    const alerts = [{ ...alert, startsAt: '2026-11-23T03:00:00Z' }];
    if (path.returned({ status: 'firing', receiver: 'watchdog', alerts }).length === 0) return;
    returned.push(source);
    watch.returned();
  };
  const alertmanagerUrl = await serve((method, url, body) => {
    if (url === '/-/ready') return [am.ready, 'OK'];
    if (url === '/metrics') return [200, counters(am)];
    if (method === 'POST' && am.delivers) takeBack(JSON.parse(body)[0].annotations.nonce, 'watchpost');
    return [am.ready, ''];
  });
  const prometheusUrl = await serve((_, url) => {
    if (url === '/-/ready') return [prometheus.ready, ''];
    if (url.startsWith('/api/v1/query')) {
      const result = prometheus.scrapedAgo < 300 ? [{ value: [0, String(prometheus.scrapedAgo)] }] : [];
      return [200, JSON.stringify({ data: { result } })];
    }
    const lastEvaluation = new Date(clock.now() - prometheus.evaluatedAgo * 1_000).toISOString();
    return [200, JSON.stringify({ data: { groups: [{ lastEvaluation, rules: [{ name: 'Watchdog' }] }] } })];
  });
  const asker = new WatchedAsker(clock);
  const plan = samplePlan({
    notify: { default: { slack: { webhookUrl: async () => new Secret('http://127.0.0.1/') } }, teams: {} },
  });
  const changes: (string | undefined)[] = [];
  const faults: unknown[] = [];
  const watch = new PathWatch({
    ...{ clock, asker, path, alertmanager: alertmanagerUrl, prometheus: prometheusUrl, plan: () => plan },
    changed: (now) => changes.push(now?.stage),
    internal: (error) => faults.push(error),
  });
  onTestFinished(async () => {
    await asker[Symbol.asyncDispose]();
    await watch[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
    expect(clock.pending).toBe(0);
  });
  /** Turns the clock, and lets real answers arrive; Prometheus's alert comes back every half a minute where all is well. */
  const advance = async (ms: number) => {
    for (let elapsed = 0; elapsed < ms; elapsed += 5_000) {
      await clock.advance(5_000);
      await asker.settled();
      const isWell = prometheus.ready === 200 && prometheus.scrapedAgo < 60 && prometheus.evaluatedAgo < 60;
      if (isWell && prometheus.sends && am.ready === 200 && am.delivers && clock.monotonic() % 30_000 === 0)
        takeBack(String(path.newNonce()), 'prometheus');
      await asker.settled();
    }
  };
  return { am, prometheus, watch, changes, advance, returned };
}

function counters({ tries, failed }: { readonly tries: number; readonly failed: number }): string {
  const line = (name: string, value: number) =>
    `alertmanager_notification_requests_${name}{integration="slack"} ${value}`;
  return [line('total', tries), line('failed_total', failed)].join('\n');
}

async function serve(
  answer: (method: string, url: string, body: string) => readonly [number, string],
): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const [status, text] = answer(request.method ?? '', request.url ?? '', Buffer.concat(chunks).toString());
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the watch over the path', () => {
  test('says nothing for as long as all is well, and posts nothing', async () => {
    const { changes, advance, returned } = await setUp();
    await advance(600_000);
    expect(changes).toEqual([]);
    expect(new Set(returned)).toEqual(new Set(['prometheus']));
  });

  test('an Alertmanager that restarts within half a minute is no break', async () => {
    const { am, changes, advance } = await setUp();
    await advance(60_000);
    am.ready = 503;
    await advance(25_000);
    am.ready = 200;
    await advance(300_000);
    expect(changes).toEqual([]);
  });

  test('one that comes up later than this service is no break, and one that never does is', async () => {
    const { am, changes, advance } = await setUp();
    am.ready = 503;
    await advance(90_000);
    expect(changes).toEqual([]);
    await advance(20_000);
    expect(changes).toEqual(['alertmanager_unreachable']);
  });

  test('one that is away is a break until something came back, however long it was away', async () => {
    const { am, changes, advance } = await setUp();
    await advance(60_000);
    am.ready = 503;
    await advance(45_000);
    expect(changes).toEqual(['alertmanager_unreachable']);
    await advance(600_000);
    am.delivers = false;
    am.ready = 200;
    await advance(60_000);
    expect(changes).toEqual(['alertmanager_unreachable']);
    am.delivers = true;
    await advance(30_000);
    expect(changes).toEqual(['alertmanager_unreachable', undefined]);
    await advance(600_000);
    expect(changes).toHaveLength(2);
  });

  test('posts that fail for half a minute say so too', async () => {
    const { am, watch, changes, advance } = await setUp();
    for (let i = 0; i < 8; i++) {
      watch.posted('refused', 'status 500');
      await advance(5_000);
    }
    expect(changes).toEqual(['alertmanager_unreachable']);
    expect(watch.broken?.detail).toBe('status 500');
    expect(am.ready).toBe(200);
    // Nothing is down any more: what failed once is no sign of now.
    await advance(120_000);
    expect(changes).toEqual(['alertmanager_unreachable', undefined]);
  });

  test('one that answers and delivers nothing is told from a Prometheus that is silent', async () => {
    const { am, changes, advance } = await setUp();
    await advance(60_000);
    am.delivers = false;
    await advance(170_000);
    expect(changes).toEqual([]);
    await advance(30_000);
    expect(changes).toEqual(['alertmanager_silent']);
    am.delivers = true;
    await advance(60_000);
    expect(changes).toEqual(['alertmanager_silent', undefined]);
  });

  test.each([
    { name: 'does not answer', stage: 'prometheus_unreachable', fault: { ready: 503 } },
    { name: 'does not scrape', stage: 'prometheus_not_scraping', fault: { scrapedAgo: 200 } },
    { name: 'has never scraped', stage: 'prometheus_not_scraping', fault: { scrapedAgo: 999 } },
    { name: 'does not evaluate', stage: 'prometheus_rules', fault: { evaluatedAgo: 200 } },
    { name: 'does not get through to Alertmanager', stage: 'prometheus_alerts', fault: { sends: false } },
  ])('a Prometheus that $name is named after three minutes', async ({ stage, fault }) => {
    const { prometheus, changes, advance } = await setUp();
    await advance(60_000);
    const well = { ...prometheus };
    Object.assign(prometheus, fault);
    await advance(170_000);
    expect(changes).toEqual([]);
    await advance(30_000);
    expect(changes).toEqual([stage]);
    await advance(300_000);
    Object.assign(prometheus, well);
    await advance(60_000);
    expect([changes[0], changes.at(-1)]).toEqual([stage, undefined]);
  });

  test('a Prometheus that died with Alertmanager is told of when that is back', async () => {
    const { am, prometheus, changes, advance } = await setUp();
    await advance(60_000);
    am.ready = 503;
    prometheus.ready = 503;
    await advance(90_000);
    am.ready = 200;
    await advance(90_000);
    expect(changes).toEqual(['alertmanager_unreachable', 'prometheus_unreachable']);
    prometheus.ready = 200;
    await advance(60_000);
    expect(changes.at(-1)).toBeUndefined();
  });

  test('by its own counters Alertmanager cannot deliver on any channel', async () => {
    const { am, watch, changes, advance } = await setUp();
    await advance(30_000);
    for (let i = 0; i < 6; i++) {
      am.tries++;
      am.failed++;
      await advance(10_000);
    }
    expect(changes).toEqual(['delivery']);
    expect(watch.failsOn('slack')).toBe(true);
    am.tries++;
    await advance(10_000);
    expect(changes).toEqual(['delivery', undefined]);
  });

  test('a break that was known when the process ended is one until something comes back', async () => {
    const { am, watch, changes, advance } = await setUp();
    am.ready = 503;
    watch.resume({ stage: 'alertmanager_unreachable', detail: '' });
    await advance(60_000);
    expect(changes).toEqual([]);
    am.ready = 200;
    await advance(20_000);
    expect(changes).toEqual([undefined]);
  });
});
