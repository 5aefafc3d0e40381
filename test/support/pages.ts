import { setTimeout as sleep } from 'node:timers/promises';
import type { MailSink } from './mail-sink.ts';
import type { SlackSink } from './slack-sink.ts';
import type { Stack } from './stack.ts';

/** Where pages arrive. */
type Sinks = { readonly slack: SlackSink; readonly mail: MailSink };

/** A message at one of the sinks, flattened to what a person reads and taps. */
export interface Arrived {
  /** Unix milliseconds. */
  readonly at: number;
  readonly status: 'firing' | 'resolved';
  readonly text: string;
}

/** One page, as it came on each channel. */
export interface Page {
  readonly slack: Arrived;
  readonly mail: Arrived;
}

/** For the record of a test: how long after `since` (Unix milliseconds) a page was there. */
export function after(since: number, page: Page): string {
  const seconds = (at: number) => `${((at - since) / 1_000).toFixed(1)} s`;
  return `on Slack after ${seconds(page.slack.at)}, by mail after ${seconds(page.mail.at)}`;
}

/** Everything that arrived, in order, but for the alerts about parts that a test's stack leaves out. */
export function arrived(stack: Sinks): { readonly slack: readonly Arrived[]; readonly mail: readonly Arrived[] } {
  const expected = ({ text }: Arrived) => !isAboutLeftOut(text);
  const { slack, mail } = everything(stack);
  return { slack: slack.filter(expected), mail: mail.filter(expected) };
}

/**
 * Prometheus scrapes every part that compose has, and Loki, Grafana and Alloy do not run in `startStack`: that
 * their targets are down is true. About the parts that do run it would be a page like any other.
 */
function isAboutLeftOut(text: string): boolean {
  return text.includes('TargetDown') && !/(?:watchpost:9815|prometheus:9090|alertmanager:9093)/.test(text);
}

/** Everything that arrived, in order. */
export function everything(stack: Sinks): { readonly slack: readonly Arrived[]; readonly mail: readonly Arrived[] } {
  return {
    slack: stack.slack.received.map(({ at, payload }) => describe(at, strings(payload).join('\n'))),
    mail: stack.mail.received.map(({ at, mail }) =>
      describe(at, [mail.subject, mail.text, mail.html || ''].join('\n').replaceAll('&amp;', '&')),
    ),
  };
}

/** What arrived about a service: its name stands in the first line, as in `shop/ready is down`. */
export function pagesAbout(stack: Sinks, service: string): ReturnType<typeof arrived> {
  const about = (page: Arrived) => page.text.includes(`${service}/`) && !/probe service/i.test(page.text.slice(0, 200));
  const { slack, mail } = arrived(stack);
  return { slack: slack.filter(about), mail: mail.filter(about) };
}

export const waitForPages = {
  /** The page that a service is down, on both channels. */
  firing: (stack: Sinks, service: string, timeoutMs: number) => both(stack, service, 'firing', timeoutMs),
  /** The page that it is up again, on both channels. */
  resolved: (stack: Sinks, service: string, timeoutMs: number) => both(stack, service, 'resolved', timeoutMs),
  /** The first page on both channels whose text matches. */
  matching: (stack: Sinks, pattern: RegExp, timeoutMs: number) =>
    until(`a page that matches ${pattern}`, timeoutMs, stack, () => {
      const { slack, mail } = arrived(stack);
      return pair(
        slack.find(({ text }) => pattern.test(text)),
        mail.find(({ text }) => pattern.test(text)),
      );
    }),
  /** Until the rules see every probe of the stack, so that what follows is no start-up effect. */
  settled: (stack: Stack) =>
    until('every probe in Prometheus', 60_000, stack, async () => {
      const configured = await count(stack, 'count(watchpost_probe_expected)');
      return configured > 0 && (await count(stack, 'count(probe_success == 1)')) === configured ? true : undefined;
    }),
  /** Until Prometheus itself fires ProbeDown for the service. */
  alertFromRule: (stack: Stack, service: string) =>
    until(`the rule's alert for ${service}`, 60_000, stack, async () =>
      (await count(stack, `count(ALERTS{alertname="ProbeDown",alertstate="firing",service="${service}"})`)) > 0
        ? true
        : undefined,
    ),
  /** Time in which nothing must happen. */
  forMs: (ms: number) => sleep(ms),
};

function both(stack: Sinks, service: string, status: Arrived['status'], timeoutMs: number): Promise<Page> {
  return until(`${service} ${status} on both channels`, timeoutMs, stack, () => {
    const { slack, mail } = pagesAbout(stack, service);
    return pair(
      slack.find((page) => page.status === status),
      mail.find((page) => page.status === status),
    );
  });
}

function pair(slack: Arrived | undefined, mail: Arrived | undefined): Page | undefined {
  return slack && mail ? { slack, mail } : undefined;
}

/** Asks again and again; at the end says what had arrived, since that is what one wants to see then. */
async function until<T>(
  what: string,
  timeoutMs: number,
  stack: Sinks,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) break;
    await sleep(100);
  }
  const { slack, mail } = arrived(stack);
  const list = (pages: readonly Arrived[]) =>
    pages.map((page) => `\n    ${page.text.split('\n')[0]}`).join('') || ' nothing';
  throw new Error(`waited ${timeoutMs / 1000} s for ${what}.\n  Slack:${list(slack)}\n  mail:${list(mail)}`);
}

async function count(stack: Stack, query: string): Promise<number> {
  const response = await fetch(`${stack.url('prometheus')}/api/v1/query?query=${encodeURIComponent(query)}`);
  const answer = (await response.json()) as { data?: { result?: { value: [number, string] }[] } };
  return Number(answer.data?.result?.[0]?.value[1] ?? 0);
}

function describe(at: number, text: string): Arrived {
  return {
    at,
    status: /\bis up again\b|\bresolved\b/i.test(text.split('\n', 3).join('\n')) ? 'resolved' : 'firing',
    text,
  };
}

/** Every string in a JSON value, in order. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (value && typeof value === 'object') return Object.values(value).flatMap(strings);
  return [];
}
