import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { arrived, pagesAbout, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

/** What is taken away, for how long, and how it is given back. */
interface Taken {
  readonly name: string;
  readonly forMs: number;
  readonly away: (stack: Stack) => Promise<void>;
  readonly back: (stack: Stack) => Promise<void>;
  /** The channel that works meanwhile: there a break that ends meanwhile is told of before all is well again. */
  readonly works: 'both' | 'slack' | 'mail' | 'none';
}

const trouble = { status: 500, body: 'trouble' };

const cases: readonly Taken[] = [
  {
    name: 'Prometheus killed',
    forMs: 240_000,
    away: (stack) => stack.kill('prometheus'),
    back: (stack) => stack.part('prometheus').restart(),
    works: 'both',
  },
  {
    name: 'Alertmanager killed',
    forMs: 90_000,
    away: (stack) => stack.kill('alertmanager'),
    back: (stack) => stack.part('alertmanager').restart(),
    works: 'both',
  },
  slackCase('Slack answers 429', { status: 429, body: 'rate_limited', headers: { 'retry-after': '5' } }),
  slackCase('Slack answers 500', trouble),
  slackCase('Slack hangs', { ...trouble, hang: true }),
  {
    name: 'SMTP refuses connections',
    forMs: 75_000,
    away: ({ mail }) => mail.refuse(true),
    back: ({ mail }) => mail.refuse(false),
    works: 'slack',
  },
  mailCase('SMTP answers 451', { code: 451, message: 'Try again later' }),
  mailCase('SMTP hangs', 'hang'),
  {
    name: 'Slack answers 500 and SMTP refuses connections',
    forMs: 120_000,
    away: async ({ slack, mail }) => {
      slack.always(trouble);
      await mail.refuse(true);
    },
    back: async ({ slack, mail }) => {
      slack.always(undefined);
      await mail.refuse(false);
    },
    works: 'none',
  },
  {
    name: 'Alertmanager killed and Slack answers 500',
    forMs: 90_000,
    away: async (stack) => {
      stack.slack.always(trouble);
      await stack.kill('alertmanager');
    },
    back: async (stack) => {
      stack.slack.always(undefined);
      await stack.part('alertmanager').restart();
    },
    works: 'mail',
  },
];

function slackCase(name: string, own: Parameters<Stack['slack']['always']>[0]): Taken {
  const away = async ({ slack }: Stack) => slack.always(own);
  return { name, forMs: 75_000, away, back: async ({ slack }) => slack.always(undefined), works: 'mail' };
}

function mailCase(name: string, own: Parameters<Stack['mail']['always']>[0]): Taken {
  const away = async ({ mail }: Stack) => mail.always(own);
  return { name, forMs: 75_000, away, back: async ({ mail }) => mail.always(undefined), works: 'slack' };
}

/** One service breaks and is mended while the part is away; another stays broken until all is well again. */
const services = cases.flatMap((_, i) => [`short${i}`, `long${i}`]);

describe.skipIf(lacking)(`what is taken away while services break${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  const targets = new Map<string, Target>();
  const rows: string[] = [];
  let duplicates = 0;
  let stack: Stack;
  const target = (name: string) => {
    const found = targets.get(name);
    if (!found) throw new Error(`no target ${name}`);
    return found;
  };

  beforeAll(async () => {
    for (const name of services) targets.set(name, cleanup.use(await startTarget()));
    const text = services.map(
      (name) => `  ${name}: { probes: { ready: { http: "http://${hostName}:${target(name).port}/" } } }\n`,
    );
    stack = cleanup.use(await startStack({ services: text.join('') }));
    await waitForPages.settled(stack);
  });
  afterAll(() => cleanup.disposeAsync());

  test.each(cases.map((taken, i) => ({ ...taken, i })))(
    '$name',
    { timeout: 900_000 },
    async ({ name, forMs, away, back, works, i }) => {
      const [short, long] = [`short${i}`, `long${i}`];
      await away(stack);
      const began = Date.now();
      await waitForPages.forMs(5_000);
      target(short).answer(500);
      const broken = Date.now();
      await waitForPages.forMs(10_000);
      target(long).answer(503);
      await waitForPages.forMs(25_000);
      target(short).answer(200);
      await waitForPages.forMs(Math.max(0, forMs - (Date.now() - began)));
      const before = told(stack, short);
      const firstMs = first(stack, short) - broken;
      await back(stack);

      // Both channels hear of what lasts, and that it is over.
      if (works !== 'none') await toldOnWorking(stack, long, works);
      await waitForPages.firing(stack, long, 150_000);
      await waitForPages.forMs(20_000);
      target(long).answer(200);
      await waitForPages.resolved(stack, long, 150_000);
      await waitForPages.forMs(60_000);

      const all = [told(stack, short), told(stack, long)];
      const more = all.flatMap(({ slack, mail }) => [slack, mail]).map(({ firing }) => Math.max(0, firing - 1));
      const twice = more.reduce((sum, count) => sum + count, 0);
      duplicates += twice;
      rows.push(
        `${name}: ended meanwhile: ${say(all[0])}${Number.isFinite(firstMs) ? `, first after ${(firstMs / 1_000).toFixed(1)} s` : ''}; lasted: ${say(all[1])}; pages more than one: ${twice}`,
      );
      // While the part was away, where a channel worked; and in the end, whatever did.
      if (works !== 'none') expect({ short, isTold: isTold(before) }).toEqual({ short, isTold: true });
      for (const one of all) expect({ of: name, isTold: isTold(one) }).toEqual({ of: name, isTold: true });
      // One more for a channel and a break at most.
      expect(Math.max(...more)).toBeLessThanOrEqual(1);
    },
  );

  test('every break was paged on a working channel, none was lost, and so many pages came twice', async ({
    annotate,
  }) => {
    const { slack, mail } = arrived(stack);
    const notices = slack.filter(({ text }) => text.includes('paging path')).length;
    await annotate(
      `${2 * rows.length} breaks, ${duplicates} pages more than one for a channel; in all ${slack.length} on Slack (${notices} about the path), ${mail.length} by mail\n${rows.join('\n')}`,
      'measured',
    );
    expect(rows).toHaveLength(cases.length);
  });
});

interface Told {
  readonly slack: Record<'firing' | 'resolved', number>;
  readonly mail: Record<'firing' | 'resolved', number>;
}

function told(stack: Stack, service: string): Told {
  const { slack, mail } = pagesAbout(stack, service);
  const count = (pages: typeof slack) => ({
    firing: pages.filter(({ status }) => status === 'firing').length,
    resolved: pages.filter(({ status }) => status === 'resolved').length,
  });
  return { slack: count(slack), mail: count(mail) };
}

/** A page, or where it was over by the time it could be told, the message that says how long it lasted. */
function isTold({ slack, mail }: Told): boolean {
  return [slack, mail].some(({ firing, resolved }) => firing + resolved > 0);
}

function first(stack: Stack, service: string): number {
  const { slack, mail } = pagesAbout(stack, service);
  return Math.min(...[...slack, ...mail].map(({ at }) => at));
}

/** On the channel that works, at the latest now. */
async function toldOnWorking(stack: Stack, service: string, works: Taken['works']): Promise<void> {
  const on = () => told(stack, service);
  await expect
    .poll(() => (works === 'mail' ? on().mail.firing : on().slack.firing), { timeout: 60_000, interval: 500 })
    .toBeGreaterThan(0);
}

function say(of: Told | undefined): string {
  const count = ({ firing, resolved }: Told['slack']) => `${firing}+${resolved}`;
  return of ? `Slack ${count(of.slack)}, mail ${count(of.mail)}` : '';
}
