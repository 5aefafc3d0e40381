import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { after, arrived, pagesAbout, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

describe.skipIf(lacking)(`with the probe service killed${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let target: Target;
  let stack: Stack;

  beforeAll(async () => {
    target = cleanup.use(await startTarget());
    const probes = ['one', 'two', 'three', 'four'].map(
      (name) => `      ${name}: { http: "http://${hostName}:${target.port}/${name}" }\n`,
    );
    stack = cleanup.use(
      await startStack({
        services: `  shop:
    probes:
      ready: { http: "http://${hostName}:${target.port}/ready", expect: { status: 503 } }
  blog:
    probes:
${probes.join('')}`,
      }),
    );
  });
  afterAll(() => cleanup.disposeAsync());

  test('one critical page within 60 s, no storm, and no resolve for what was down', { timeout: 330_000 }, async ({
    annotate,
  }) => {
    // `shop` expects what the target does not answer: it is down from the start.
    await waitForPages.firing(stack, 'shop', 30_000);
    // Until Prometheus has seen it as well: the fast path dies with the service.
    await waitForPages.alertFromRule(stack, 'shop');

    const killed = Date.now();
    await stack.kill('watchpost');
    const page = await waitForPages.matching(stack, /probe service/i, 60_000);
    expect(page.slack.at - killed).toBeLessThan(60_000);
    expect(page.mail.at - killed).toBeLessThan(60_000);
    expect(page.slack.text).toContain('ProbeServiceDown');
    await annotate(`page ${after(killed, page)} of the kill`);

    // ProbeMissing waits 2 min, and the last post of the fast path lapses after 1 min: wait for both.
    await waitForPages.forMs(150_000);
    expect(pagesAbout(stack, 'shop').slack.map((entry) => entry.status)).toEqual(['firing']);
    expect(pagesAbout(stack, 'blog')).toEqual({ slack: [], mail: [] });
    expect(arrived(stack).slack).toHaveLength(2);
    expect(arrived(stack).mail).toHaveLength(2);
  });
});
