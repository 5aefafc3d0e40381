import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { after, arrived, pagesAbout, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

/** A failing run, two re-checks, a scrape and an evaluation, each at most 5 s apart, and the way to the sink. */
const pageWithinMs = 25_000;

describe.skipIf(lacking)(`three locations and a quorum of two${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  /** Where the target fails, by the header in which each location says its name. */
  const broken = new Set<string>();
  let stack: Stack;

  beforeAll(async () => {
    const server = createServer(({ headers }, response) => {
      response.writeHead(broken.has(String(headers['x-seen-from'])) ? 503 : 200, { connection: 'close' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    cleanup.defer(() => void server.close());
    const { port } = server.address() as AddressInfo;
    stack = cleanup.use(
      await startStack({
        locations: ['fra', 'nyc'],
        services: `  shop: { probes: { front: { http: "http://${hostName}:${port}/", headers: { x-seen-from: "\${SEEN_FROM}" } } } }\n`,
      }),
    );
  });
  afterAll(() => cleanup.disposeAsync());

  test('a target that only one of them cannot reach is down there and pages nobody', async () => {
    await expect.poll(() => query(stack, 'watchpost_probe_down == 0'), { timeout: 60_000 }).toHaveLength(3);
    broken.add('fra');
    await expect
      .poll(() => query(stack, 'watchpost_probe_down == 1'), { timeout: pageWithinMs })
      .toEqual([expect.objectContaining({ location: 'fra' })]);
    // Two evaluations more, in which a rule that took one location for enough would have fired.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await query(stack, 'ALERTS{alertname="ProbeDown"}')).toEqual([]);
    expect(pagesAbout(stack, 'shop')).toEqual({ slack: [], mail: [] });
  });

  test('one that two of them cannot reach is one page that names both, and one resolve', async ({ annotate }) => {
    const second = Date.now();
    broken.add('local');
    const page = await waitForPages.firing(stack, 'shop', pageWithinMs);
    for (const { text } of [page.slack, page.mail]) expect(text).toMatch(/Down from:?\W+fra, local/);
    const mended = Date.now();
    broken.delete('fra');
    const resolve = await waitForPages.resolved(stack, 'shop', 90_000);
    broken.clear();
    expect(pagesAbout(stack, 'shop').slack.map(({ status }) => status)).toEqual(['firing', 'resolved']);
    await annotate(
      `page ${after(second, page)} of the second fail; resolve ${after(mended, resolve)} of the first recovery`,
    );
  });

  test('a probe service that dies elsewhere is a page that names its location, and the others go on', async () => {
    await stack.kill('watchpost-nyc');
    await expect
      .poll(() => arrived(stack).slack.map(({ text }) => text), { timeout: 60_000 })
      .toContainEqual(expect.stringContaining('The probe service at nyc is down: nothing is being checked from there'));
    broken.add('fra').add('local');
    await expect
      .poll(() => pagesAbout(stack, 'shop').slack.map(({ status }) => status), { timeout: pageWithinMs })
      .toEqual(['firing', 'resolved', 'firing']);
  });
});

/** The labels of every series that a query gives. */
async function query(stack: Stack, expression: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const url = `${stack.url('prometheus')}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const answer = (await (await fetch(url)).json()) as {
    readonly data: { readonly result: readonly { readonly metric: Record<string, string> }[] };
  };
  return answer.data.result.map(({ metric }) => metric);
}
