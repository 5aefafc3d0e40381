import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { arrived, type Page, pagesAbout, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget, type Target } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

/** What the issue asks for, at `every: 5s`. */
const typicalMs = 6_000;
const worstMs = 12_000;
const resolveMs = 60_000;
const trials = 20;

describe.skipIf(lacking)(`from a fault to its page${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  const targets: Target[] = [];
  let stack: Stack;
  beforeAll(async () => {
    for (let i = 0; i < trials; i++) targets.push(cleanup.use(await startTarget()));
    const services = targets.map(
      ({ port }, i) => `  s${i}: { probes: { ready: { http: "http://${hostName}:${port}/" } } }\n`,
    );
    stack = cleanup.use(await startStack({ services: services.join('') }));
    await waitForPages.settled(stack);
  });
  afterAll(() => cleanup.disposeAsync());

  test(`${trials} trials: half refuse, half answer 500, each at another moment of the interval`, async ({
    annotate,
  }) => {
    const rows = await Promise.all(targets.map((target, i) => trial(stack, target, i)));
    const of = (pick: (row: Trial) => number) => rows.map(pick).toSorted((a, b) => a - b);
    const slack = of((row) => row.slackMs);
    const mail = of((row) => row.mailMs);
    const resolves = of((row) => row.resolveMs);
    await annotate(
      rows
        .map(
          ({ how, slackMs, mailMs, resolveMs: ended }) =>
            `${how}: ${say(slackMs)} Slack, ${say(mailMs)} mail, resolve ${say(ended)}`,
        )
        .join('; '),
    );
    await annotate(
      `Slack p50 ${say(median(slack))}, worst ${say(worst(slack))}; mail p50 ${say(median(mail))}, worst ${say(worst(mail))}; resolve worst ${say(worst(resolves))} after the second pass`,
    );
    for (const times of [slack, mail]) {
      expect(median(times)).toBeLessThanOrEqual(typicalMs);
      expect(worst(times)).toBeLessThanOrEqual(worstMs);
    }
    expect(worst(resolves)).toBeLessThanOrEqual(resolveMs);
    // One page and one resolve each, and nothing else.
    for (let i = 0; i < trials; i++) {
      const { slack: pages } = pagesAbout(stack, `s${i}`);
      expect(pages.map(({ status }) => status)).toEqual(['firing', 'resolved']);
    }
    expect(arrived(stack).slack).toHaveLength(2 * trials);
  });
});

interface Trial {
  readonly how: string;
  readonly slackMs: number;
  readonly mailMs: number;
  /** After the second pass that a target saw. */
  readonly resolveMs: number;
}

/** Nine seconds and a bit apart: every moment of the interval is met, and no two are one outage. */
async function trial(stack: Stack, target: Target, i: number): Promise<Trial> {
  await pause(i * 9_270);
  const refuses = i % 2 === 0;
  const broken = Date.now();
  if (refuses) await target.refuse(true);
  else target.answer(500);
  const page: Page = await waitForPages.firing(stack, `s${i}`, 60_000);
  const mended = Date.now();
  if (refuses) await target.refuse(false);
  target.answer(200);
  const resolve = await waitForPages.resolved(stack, `s${i}`, 120_000);
  const second = target.requests.filter((at) => at > mended)[1] ?? Number.NaN;
  return {
    how: refuses ? 'refused' : 'status 500',
    slackMs: page.slack.at - broken,
    mailMs: page.mail.at - broken,
    resolveMs: Math.max(resolve.slack.at, resolve.mail.at) - second,
  };
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

function worst(sorted: readonly number[]): number {
  return sorted.at(-1) ?? Number.NaN;
}

function say(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
