import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { both, quietMs, read, services } from '../support/many-pages.ts';
import { after, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

describe.skipIf(lacking)(`a hundred services behind one database${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let target: Target;
  let stack: Stack;
  beforeAll(async () => {
    target = cleanup.use(await startTarget());
    const database = `  database: { probes: { ready: { http: "http://${hostName}:${target.port}/" } } }\n`;
    const behind = services(100, 'shop', target.port, 'depends_on: [database], ');
    stack = cleanup.use(await startStack({ services: database + behind }));
    await waitForPages.settled(stack);
  }, 120_000);
  afterAll(() => cleanup.disposeAsync());

  test('are one page and one resolve, with Prometheus and without it', async ({ annotate }) => {
    const broken = Date.now();
    target.answer(503);
    const page = await waitForPages.firing(stack, 'database', 30_000);
    await waitForPages.forMs(quietMs);
    expect(read(stack)).toEqual(both('database/ready firing'));
    const mended = Date.now();
    target.answer(200);
    const resolve = await waitForPages.resolved(stack, 'database', 90_000);
    await waitForPages.forMs(quietMs);
    expect(read(stack)).toEqual(both('database/ready firing', 'database/ready resolved'));

    await stack.kill('prometheus');
    target.answer(503);
    await expect.poll(() => read(stack).slack.length, { timeout: 30_000 }).toBeGreaterThan(2);
    await waitForPages.forMs(quietMs);
    const again = ['database/ready firing', 'database/ready resolved', 'database/ready firing'];
    expect(read(stack)).toEqual(both(...again));
    target.answer(200);
    await expect.poll(() => read(stack).slack.length, { timeout: 120_000 }).toBeGreaterThan(3);
    await waitForPages.forMs(quietMs);
    expect(read(stack)).toEqual(both(...again, 'database/ready resolved'));
    await annotate(`page ${after(broken, page)}; resolve ${after(mended, resolve)}`);
  }, 500_000);
});
