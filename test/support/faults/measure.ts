import { setTimeout as sleep } from 'node:timers/promises';
import { type Arrived, everything } from '../pages.ts';
import type { Stack } from '../stack.ts';
import type { Channel, FaultCase, Prop } from './fault-case.ts';

/** What became of a cause: milliseconds from it to its page, and from its mending to the end, on the channel that was last. */
export interface Measured {
  readonly pagedMs: number;
  readonly resolvedMs: number;
}

/** Far beyond what is computed: a page that is late is told from one that never comes. */
const patienceMs = 420_000;
const resolvePatienceMs = 900_000;

/** Makes the cause, waits for the page on every channel, looks at its words, mends it and waits for the end. */
export async function measure(
  stack: Stack,
  own: Pick<FaultCase, 'title' | 'says' | 'channels'>,
  prop: Prop,
  channels: readonly Channel[],
  worstMs: number,
): Promise<Measured> {
  const { title, says } = own;
  const began = Date.now();
  const broken = (await prop.inject(stack)) ?? began;
  const isPage = (page: Arrived) => page.at >= began && page.text.includes(title);
  const first = async (status: Arrived['status'], timeoutMs: number): Promise<readonly Arrived[]> => {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const pages = everything(stack);
      const found = channels.map((channel) =>
        pages[channel].find((page) => isPage(page) && tells(page, title, status)),
      );
      if (found.every((page) => page !== undefined)) return found;
      if (Date.now() > end) {
        const lacks = channels.filter((_, i) => !found[i]).join(', ');
        throw new Error(`no page "${title}" (${status}) on ${lacks} in ${timeoutMs / 1_000} s`);
      }
      await sleep(200);
    }
  };
  let pages: readonly Arrived[];
  try {
    pages = await first('firing', worstMs + patienceMs);
  } finally {
    // Whatever came of it, the next case finds all well.
    await prop.mend(stack);
  }
  const mended = Date.now();
  for (const page of pages) {
    for (const words of says) {
      if (typeof words === 'string' ? page.text.includes(words) : words.test(page.text)) continue;
      throw new Error(`the page "${title}" does not say ${words}:\n${page.text}`);
    }
  }
  const ends = await first('resolved', resolvePatienceMs);
  for (const channel of ['slack', 'mail'] as const) {
    // One that was broken gets the page as soon as it is mended, if that is not over by then.
    if (own.channels || channels.includes(channel)) continue;
    const strays = everything(stack)[channel].filter(isPage);
    if (strays.length > 0) throw new Error(`"${title}" is on ${channel} too, which must not hear of it`);
  }
  return {
    pagedMs: Math.max(...pages.map(({ at }) => at)) - broken,
    resolvedMs: Math.max(...ends.map(({ at }) => at)) - mended,
  };
}

/** Whether a message says so of this alert: others of its group may have begun or ended with it. */
function tells({ text }: Arrived, title: string, status: Arrived['status']): boolean {
  const lines = text.split('\n').filter((line) => line.includes(title));
  const ended = (line: string) => /\bis up again\b|\bResolved after\b/.test(line);
  return lines.some((line) => ended(line) === (status === 'resolved'));
}
