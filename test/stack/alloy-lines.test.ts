import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configForTest, serviceForTest } from '../support/generator-input.ts';
import { entriesIn } from '../support/log-lines.ts';
import { type NativeLogs, startNativeLogs } from '../support/native-logs.ts';
import { which } from '../support/shell.ts';

const absent = (await Promise.all(['loki', 'alloy'].map(async (name) => ((await which(name)) ? [] : [name])))).flat();
const lacking = absent.length > 0 ? ` (${absent.join(' and ')} not on PATH)` : '';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const soon = Date.now() - 60_000;
const iso = (afterMs: number) => new Date(soon + afterMs).toISOString();
/** As log4j writes it. */
const log4j = (afterMs: number) => iso(afterMs).replace('T', ' ').replace('.', ',').replace('Z', '');

/** What a program writes, and the entries that it is: their text, and what is known of them. */
const cases = [
  {
    name: 'json',
    lines: [
      `{"level":"error","time":"${iso(0)}","trace_id":"${trace}","msg":"no stock"}`,
      `{"level":50,"time":${soon + 1_000},"msg":"as pino writes it"}`,
      `{"severity":"WARNING","ts":${(soon + 2_000) / 1_000},"traceId":"${trace}","msg":"as zap writes it"}`,
      `{"log.level":"info","@timestamp":"${iso(3_000)}","trace.id":"${trace}","msg":"as ECS has it"}`,
      `{"log":{"level":"debug"},"trace":{"id":"${trace}"},"timestamp":"${iso(4_000)}","msg":"nested"}`,
      `{"lvl":"crit","ts":${BigInt(soon + 5_000) * 1_000_000n},"msg":"level=info trace_id=0000000000000000"}`,
    ],
    entries: [
      { level: 'error', trace_id: trace, at: soon },
      { level: 'error', at: soon + 1_000 },
      { level: 'warn', trace_id: trace, at: soon + 2_000 },
      { level: 'info', trace_id: trace, at: soon + 3_000 },
      { level: 'debug', trace_id: trace, at: soon + 4_000 },
      { level: 'critical', at: soon + 5_000 },
    ],
  },
  {
    name: 'logfmt',
    lines: [
      `time="${iso(0)}" level=warning msg="slow answer" traceID=${trace}`,
      `ts=${iso(1_000)} caller=main.go:12 level=info msg=started`,
    ],
    entries: [
      { level: 'warn', trace_id: trace, at: soon },
      { level: 'info', at: soon + 1_000 },
    ],
  },
  {
    name: 'plain',
    lines: ['listening on 39417', 'Error: cannot reach the stock', 'Error: cannot reach the shop', '[warn] slow'],
    entries: [{}, {}, {}, {}],
  },
  {
    name: 'java',
    lines: [
      `${log4j(250)} ERROR [main] org.example.Main - cannot start`,
      'java.lang.IllegalStateException: no pool',
      '\tat org.example.Pool.open(Pool.java:12)',
      '\tat org.example.Main.main(Main.java:7)',
      'Caused by: java.net.ConnectException: refused',
      '\tat java.base/sun.nio.ch.Net.connect(Net.java:1)',
      '\t... 12 more',
      `${log4j(1_000)} INFO [main] org.example.Main - next`,
    ],
    entries: [{ lines: 7 }, {}],
  },
  {
    name: 'python',
    lines: [
      'ERROR:root:order failed',
      'Traceback (most recent call last):',
      '  File "/app/shop.py", line 4, in order',
      '    raise ValueError("no stock")',
      'ValueError: no stock',
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "/app/shop.py", line 6, in order',
      'requests.exceptions.ConnectionError: refused',
      'INFO:root:next',
    ],
    entries: [{ lines: 11 }, {}],
  },
  {
    name: 'node',
    lines: [
      'uncaught:',
      "TypeError: Cannot read properties of undefined (reading 'x')",
      '    at order (/app/shop.js:3:9)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5) {',
      "  code: 'E'",
      '}',
      '',
      'Node.js v24.0.0',
      'Error: boom',
      '    at main (/app/shop.js:1:1)',
      'listening',
    ],
    entries: [{ lines: 8 }, { lines: 2 }, {}],
  },
  {
    name: 'go',
    lines: [
      'panic: runtime error: index out of range [3] with length 3',
      '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]',
      '',
      'goroutine 1 [running]:',
      'main.(*Shop).order(...)',
      '\t/app/main.go:12',
      'net/http.HandlerFunc.ServeHTTP(0xc0000b2000, {0x7f, 0xc000})',
      '\t/usr/local/go/src/net/http/server.go:2136 +0x29',
      'main.main()',
      '\t/app/main.go:20 +0x1d',
      'created by main.start in goroutine 1',
      'exit status 2',
      'listening on :8080',
    ],
    entries: [{ lines: 12 }, {}],
  },
  {
    name: 'own',
    firstLine: '^BEGIN',
    lines: ['BEGIN one', 'body of it', 'BEGIN two', 'body', 'END'],
    entries: [{ lines: 2 }, { lines: 3 }],
  },
] as const;

interface Expected {
  readonly lines?: number;
  readonly level?: string;
  readonly trace_id?: string;
  readonly at?: number;
}

describe.skipIf(lacking)(`lines on their way through Alloy into Loki${lacking}`, () => {
  const cleanup = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-lines-'));
  let logs: NativeLogs;

  beforeAll(async () => {
    cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(folder, { recursive: true });
    const services = cases.map((one) => {
      const glob = join(folder, `${one.name}.log`);
      writeFileSync(glob, '');
      const firstLine = 'firstLine' in one ? { firstLine: one.firstLine } : {};
      return serviceForTest({ name: one.name, logs: { kind: 'file', glob, ...firstLine } });
    });
    logs = cleanup.use(await startNativeLogs({ config: configForTest({ services }) }));
    for (const { name, lines } of cases) appendFileSync(join(folder, `${name}.log`), `${lines.join('\n')}\n`);
  });
  afterAll(() => cleanup.disposeAsync());

  test.each(cases)('$name', async ({ name, lines, entries }) => {
    const found = () => entriesIn(logs.loki, `{service_name="${name}"}`);
    await expect
      .poll(async () => (await found()).map(({ line }) => line), { timeout: 30_000 })
      .toEqual(texts(lines, entries));
    const seen = await found();
    const stream = { service_name: name, source: 'file', deployment_environment_name: 'production' };
    expect(seen.map(({ labels }) => labels)).toEqual(seen.map(() => expect.objectContaining(stream)));
    expect(
      seen.map(({ labels, at }, i) => {
        const wanted: Expected = entries[i] ?? {};
        const { level, trace_id } = labels;
        return {
          ...(level !== undefined && { level }),
          ...(trace_id !== undefined && { trace_id }),
          ...(wanted.at !== undefined && { at: Number(at / 1_000_000n) }),
        };
      }),
    ).toEqual(entries.map(({ lines: _, ...wanted }: Expected) => wanted));
    expect(new Set(seen.map(({ labels }) => labels.filename))).toEqual(new Set([join(folder, `${name}.log`)]));
  });
});

/** The lines of each entry, one where it does not say how many. */
function texts(lines: readonly string[], entries: readonly Expected[]): readonly string[] {
  const rest = [...lines];
  return entries.map(({ lines: count = 1 }) => rest.splice(0, count).join('\n'));
}
