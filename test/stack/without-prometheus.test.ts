import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { after, arrived, pagesAbout, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

describe.skipIf(lacking)(`with Prometheus stopped${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let target: Target;
  let stack: Stack;
  let stopped = 0;

  beforeAll(async () => {
    target = cleanup.use(await startTarget());
    stack = cleanup.use(
      await startStack({
        services: `  shop:
    probes:
      ready: { http: "http://${hostName}:${target.port}/" }
`,
      }),
    );
    await waitForPages.settled(stack);
    await stack.part('prometheus').stop({ remove: false, timeout: 5_000 });
    stopped = Date.now();
  });
  afterAll(() => cleanup.disposeAsync());

  test('the fast path alone pages, does not resolve while the target stays down, and resolves when it is back', {
    timeout: 450_000,
  }, async ({ annotate }) => {
    const broken = Date.now();
    target.answer(500);
    const page = await waitForPages.firing(stack, 'shop', 10_000);
    expect(page.slack.at - broken).toBeLessThan(10_000);
    expect(page.mail.at - broken).toBeLessThan(10_000);

    // Longer than the 60 s after which a post that is not repeated would lapse, and a group interval more.
    await waitForPages.forMs(95_000);
    expect(pagesAbout(stack, 'shop').slack.map((entry) => entry.status)).toEqual(['firing']);

    target.answer(200);
    const mended = Date.now();
    const resolve = await waitForPages.resolved(stack, 'shop', 120_000);
    await annotate(`page ${after(broken, page)}; resolve ${after(mended, resolve)} of the repair`);
    const { slack, mail } = pagesAbout(stack, 'shop');
    expect(slack.map((entry) => entry.status)).toEqual(['firing', 'resolved']);
    expect(mail.map((entry) => entry.status)).toEqual(['firing', 'resolved']);

    // Three minutes after the last sign of Prometheus the probe service says that it is gone, and pages for nothing twice.
    const notice = await waitForPages.matching(
      stack,
      /The paging path is broken: Prometheus does not answer/,
      Math.max(10_000, 240_000 - (Date.now() - stopped)),
    );
    expect(notice.slack.text).toContain('Pages of probes still arrive by Alertmanager');
    await annotate(`told that Prometheus is gone ${after(stopped, notice)}`);
    expect(arrived(stack).slack).toHaveLength(3);
    expect(arrived(stack).mail).toHaveLength(3);
  });
});
