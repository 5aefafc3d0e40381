import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { entriesIn, type FoundEntry } from '../support/log-lines.ts';
import { outage } from '../support/log-outage.ts';
import { type LogStack, logSources, logStackNeeds, startLogStack } from '../support/log-stack.ts';

const lacking = missing(logStackNeeds);
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

describe.skipIf(lacking)(`lines of every source${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let logs: LogStack;

  beforeAll(async () => {
    logs = cleanup.use(await startLogStack());
  }, 180_000);
  afterAll(() => cleanup.disposeAsync());

  const found = async (source: string, part: string, timeoutMs: number): Promise<FoundEntry> => {
    const query = `{service_name="${source}"} |= ${JSON.stringify(part)}`;
    let seen: readonly FoundEntry[] = [];
    await expect
      .poll(
        async () => {
          seen = await entriesIn(logs.loki(), query);
          return seen.length;
        },
        { timeout: timeoutMs, interval: 100, message: `${source}: ${part}` },
      )
      .toBe(1);
    const [entry] = seen;
    if (!entry) throw new Error(`nothing of ${source}`);
    return entry;
  };

  const expected = {
    container: { source: 'docker', level: 'warn', container: expect.stringMatching(/^watchpost-test-writer-/) },
    file: { source: 'file', level: 'warn', filename: expect.stringMatching(/^\/[^h].*\/app\.log$/) },
    journal: { source: 'journal', level: 'warn' },
    syslog: { source: 'syslog', level: 'warn', hostname: 'fw1', app: 'kernel' },
  } as const;

  test('the first line of each is there once its source was seen', async () => {
    await Promise.all(logSources.map((source) => logs.write(source, ['the first line'])));
    for (const source of logSources) await found(source, 'the first line', 60_000);
  });

  test.for(logSources)(
    'of a %s are found within 5 s, by their labels, with level and trace',
    async (source, { annotate }) => {
      const said = `written by the ${source} at ${Date.now()}`;
      const began = Date.now();
      await logs.write(source, [JSON.stringify({ level: 'warn', trace_id: trace, msg: said })]);
      const { labels } = await found(source, said, 5_000);
      await annotate(`after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
      expect(labels).toMatchObject({
        service_name: source,
        deployment_environment_name: 'production',
        trace_id: trace,
        detected_level: 'warn',
        ...expected[source],
      });
      const streams = await (
        await fetch(`${logs.loki()}/loki/api/v1/series?match[]={service_name="${source}"}`)
      ).json();
      expect(streams).toMatchObject({
        data: [{ service_name: source, source: expected[source].source, deployment_environment_name: 'production' }],
      });
      expect(Object.keys((streams as { data: readonly object[] }).data[0] ?? {})).toHaveLength(3);
    },
  );

  test('the level is that of the journal and of the sender where the line itself has none', async () => {
    const levels = { journal: 'error', syslog: 'warn' } as const;
    for (const source of ['journal', 'syslog'] as const) {
      await logs.write(source, ['a line without a level']);
      const { labels } = await found(source, 'a line without a level', 10_000);
      expect(labels.level).toBe(levels[source]);
    }
  });

  test.each(['container', 'file', 'journal'] as const)('a stack trace of a %s is one entry', async (source) => {
    const lines = [
      'order failed',
      'ValueError: no stock',
      '    at order (/app/shop.js:3:9)',
      '    at main (/app/shop.js:9:1)',
    ];
    await logs.write(source, [...lines, 'and on it goes']);
    expect((await found(source, 'order failed', 10_000)).line).toBe(lines.join('\n'));
    expect((await found(source, 'and on it goes', 10_000)).line).toBe('and on it goes');
  });

  test('of 10,000 lines of each, written while Loki is away for half a minute, none is missing and none is double', async ({
    annotate,
  }) => {
    await annotate(await outage(logs, { forMs: 30_000, lines: 10_000 }));
  }, 170_000);
});
