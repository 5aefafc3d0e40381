import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { both, quietMs, read, services } from '../support/many-pages.ts';
import { after, waitForPages } from '../support/pages.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

describe.skipIf(lacking)(`thirty services whose network goes away${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let target: Target;
  let stack: Stack;
  beforeAll(async () => {
    target = cleanup.use(await startTarget());
    stack = cleanup.use(await startStack({ services: services(30, 'shop', target.port) }));
    await waitForPages.settled(stack);
  }, 120_000);
  afterAll(() => cleanup.disposeAsync());

  test('are one page that names them, and one resolve', async ({ annotate }) => {
    const broken = Date.now();
    target.answer(503);
    const page = await waitForPages.firing(stack, 'many-services', 30_000);
    for (const { text } of [page.slack, page.mail]) {
      expect(text).toMatch(/\d+ of 30 services failing at once: shop0, .* and \d+ more/);
    }
    await waitForPages.forMs(quietMs);
    expect(read(stack)).toEqual(both('many-services/at-once firing'));
    const mended = Date.now();
    target.answer(200);
    const resolve = await waitForPages.resolved(stack, 'many-services', 90_000);
    await waitForPages.forMs(quietMs);
    expect(read(stack)).toEqual(both('many-services/at-once firing', 'many-services/at-once resolved'));
    await annotate(`page ${after(broken, page)}; resolve ${after(mended, resolve)}`);
  }, 300_000);
});
