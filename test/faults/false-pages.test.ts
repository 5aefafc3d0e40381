import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { arrived, waitForPages } from '../support/pages.ts';
import { seeded } from '../support/seeded.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

const services = 20;
const minutes = 30;
/** The share of requests that fail, each by itself. */
const share = 0.01;

describe.skipIf(lacking)(`false pages${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  const targets: Flaky[] = [];
  let stack: Stack;

  beforeAll(async () => {
    for (let i = 0; i < services; i++) targets.push(cleanup.use(await startFlaky(i)));
    const text = targets.map(
      ({ port }, i) => `  s${i}: { probes: { ready: { http: "http://${hostName}:${port}/", every: 5s } } }\n`,
    );
    stack = cleanup.use(await startStack({ services: text.join('') }));
    await waitForPages.settled(stack);
  });
  afterAll(() => cleanup.disposeAsync());

  test(`${minutes} minutes of ${services} healthy services of whose requests 1 % fail are no page at all`, {
    timeout: (minutes + 5) * 60_000,
  }, async ({ annotate }) => {
    for (const target of targets) target.isFlaky = true;
    await waitForPages.forMs(minutes * 60_000);
    const sum = (pick: (target: Flaky) => number) => targets.reduce((total, target) => total + pick(target), 0);
    const requests = sum((target) => target.requests);
    const failed = sum((target) => target.failed);
    const { slack, mail } = arrived(stack);
    await annotate(
      `${minutes} minutes, ${services} services every 5 s: ${requests} requests, ${failed} of them failed; pages on Slack ${slack.length}, by mail ${mail.length}`,
      'measured',
    );
    // It was really done to them: about one in a hundred, and never none.
    expect(requests).toBeGreaterThan(services * minutes * 60 * 0.15);
    expect(failed).toBeGreaterThan(requests * share * 0.5);
    expect({ slack: slack.map(({ text }) => text), mail: mail.map(({ text }) => text) }).toEqual({
      slack: [],
      mail: [],
    });
  });
});

interface Flaky extends AsyncDisposable {
  readonly port: number;
  isFlaky: boolean;
  requests: number;
  failed: number;
}

/** A web server that fails a request now and then, by 500, by hanging up, or by not answering at all, and never two in a row. */
async function startFlaky(seed: number): Promise<Flaky> {
  const random = seeded(20_261_128 + seed);
  let failedLast = false;
  const server = createServer((request, response) => {
    target.requests++;
    failedLast = target.isFlaky && !failedLast && random() < share;
    if (!failedLast) {
      response.writeHead(200, { connection: 'close' }).end('ready');
      return;
    }
    target.failed++;
    const how = Math.floor(random() * 3);
    if (how === 0) response.writeHead(500, { connection: 'close' }).end('broken');
    else if (how === 1) request.socket.destroy();
    // Else it hangs until the prober has had enough.
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const target: Flaky = {
    port: (server.address() as AddressInfo).port,
    isFlaky: false,
    requests: 0,
    failed: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return target;
}
