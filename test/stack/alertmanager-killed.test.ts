import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { arrived, pagesAbout, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

/** So long Alertmanager is not there before the probe service speaks for it, one look and a message more. */
const speaksWithinMs = 30_000 + 10_000 + 5_000;

describe.skipIf(lacking)(`Alertmanager killed while services break${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  const targets = new Map<string, Target>();
  let stack: Stack;
  const target = (name: string) => {
    const found = targets.get(name);
    if (!found) throw new Error(`no target ${name}`);
    return found;
  };

  beforeAll(async () => {
    for (const name of ['shop', 'blog', 'wiki']) targets.set(name, cleanup.use(await startTarget()));
    const http = (name: string) =>
      `  ${name}: { probes: { ready: { http: "http://${hostName}:${target(name).port}/" } } }\n`;
    stack = cleanup.use(await startStack({ services: [...targets.keys()].map(http).join('') }));
    await waitForPages.settled(stack);
  });
  afterAll(() => cleanup.disposeAsync());

  test('the probe service says so and pages by itself; what ended, what lasts and what came later are each told', {
    timeout: 400_000,
  }, async ({ annotate }) => {
    // Until it has answered once it may be coming up late, and has longer.
    await waitForPages.forMs(15_000);
    await stack.kill('alertmanager');
    const killed = Date.now();
    // One breaks and ends before anybody can know that Alertmanager is more than restarting.
    target('wiki').answer(500);
    target('shop').answer(500);
    await waitForPages.forMs(12_000);
    target('wiki').answer(200);

    const notice = await waitForPages.matching(stack, /paging path is broken: Alertmanager does not take/, 60_000);
    expect(notice.slack.at - killed).toBeLessThan(speaksWithinMs);
    const shop = await waitForPages.firing(stack, 'shop', 20_000);
    expect(shop.slack.text).toContain('Sent directly because Alertmanager does not take alerts.');
    expect(shop.mail.text).toContain('Sent directly because Alertmanager does not take alerts.');
    const wiki = await waitForPages.resolved(stack, 'wiki', 20_000);
    expect(wiki.slack.text).toContain('Nobody could be told while it lasted.');

    // Now that it is known, a page takes no longer than ever.
    const broken = Date.now();
    target('blog').answer(503);
    const blog = await waitForPages.firing(stack, 'blog', 20_000);
    expect(blog.slack.at - broken).toBeLessThan(12_000);
    expect(blog.mail.at - broken).toBeLessThan(12_000);
    target('shop').answer(200);
    await waitForPages.resolved(stack, 'shop', 20_000);

    await stack.part('alertmanager').restart();
    const back = await waitForPages.matching(stack, /Resolved after .*: The paging path is broken/, 90_000);
    target('blog').answer(200);
    await waitForPages.resolved(stack, 'blog', 120_000);
    // Were there something more, it would come now.
    await waitForPages.forMs(45_000);

    const told = ['shop', 'blog', 'wiki'].map((name) => {
      const { slack, mail } = pagesAbout(stack, name);
      return { name, slack: slack.map(({ status }) => status), mail: mail.map(({ status }) => status) };
    });
    const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
    await annotate(
      `told that Alertmanager is gone ${seconds(notice.slack.at - killed)} after the kill, and that it is back at ${seconds(back.slack.at - killed)}; ` +
        `a page meanwhile after ${seconds(blog.slack.at - broken)} (Slack), ${seconds(blog.mail.at - broken)} (mail); ` +
        told.map(({ name, slack, mail }) => `${name}: Slack ${slack.join(', ')}; mail ${mail.join(', ')}`).join('. '),
      'measured',
    );
    for (const { slack, mail } of told) {
      for (const statuses of [slack, mail]) {
        // Told, once more at most, and that it is over.
        expect(statuses.filter((status) => status === 'firing').length).toBeLessThanOrEqual(2);
        expect(statuses).toContain('resolved');
      }
    }
    expect(arrived(stack).slack.filter(({ text }) => text.includes('paging path'))).toHaveLength(2);
  });
});
