import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GenericContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateLoki } from '../../loki/index.ts';
import { componentCommand } from '../../stack/arguments.ts';
import { parts } from '../../stack/parts.ts';
import { imageOf, missing } from '../support/found.ts';
import { composeForTest, configForTest } from '../support/generator-input.ts';
import { entriesIn, flush, pushLines } from '../support/log-lines.ts';
import { must } from '../support/shell.ts';

const lacking = missing(['loki']);
const dayMs = 86_400_000;

/** What is kept for ten minutes and two hours is kept for seconds here; what is kept for two days still is. */
const hastened = ['-compactor.compaction-interval=8s', '-compactor.retention-delete-delay=1s'];

interface Store {
  url(): string;
  /** Its index is written when it starts again, else every quarter of an hour. */
  restart(): Promise<void>;
  /** Files that hold lines, and tables of the index by their day. */
  chunks(): readonly string[];
  tables(): readonly string[];
}

describe.skipIf(lacking)(`two days of logs${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let store: Store;
  let forever: Store;
  afterAll(() => cleanup.disposeAsync());

  beforeAll(async () => {
    [store, forever] = await Promise.all([
      startStore(cleanup, hastened),
      startStore(cleanup, [...hastened, '-compactor.retention-enabled=false']),
    ]);
  }, 120_000);

  const tableOf = (agoMs: number) => `index_${Math.floor((Date.now() - agoMs) / dayMs)}`;
  const tables = [tableOf(3 * dayMs), tableOf(0)];
  let young = '';

  test('lines of three days ago and of now are on the disk, in the index too', async () => {
    for (const { url, chunks, restart } of [store, forever]) {
      await pushLines(url(), [
        { service: 'old', agoMs: 3 * dayMs, lines: ['one of three days ago', 'and another'] },
        { service: 'young', agoMs: 1_000, lines: ['one of now'] },
      ]);
      await flush(url());
      await expect.poll(() => chunks().length, { timeout: 30_000 }).toBe(2);
      await restart();
    }
    await Promise.all(
      [store, forever].map(({ tables: found }) =>
        expect.poll(found, { timeout: 100_000, interval: 50 }).toEqual(tables),
      ),
    );
  }, 120_000);

  test('those of three days ago are deleted: their chunk and their table', async ({ annotate }) => {
    const began = Date.now();
    await expect.poll(() => store.chunks().length, { timeout: 150_000 }).toBe(1);
    await expect.poll(store.tables, { timeout: 60_000 }).toEqual(tables.slice(1));
    await annotate(`after ${((Date.now() - began) / 1_000).toFixed(0)} s`);
    [young = ''] = store.chunks();
  }, 220_000);

  test('the younger one is still there, and found', async () => {
    expect((await entriesIn(store.url(), '{service_name=~"old|young"}')).map(({ line }) => line)).toEqual([
      'one of now',
    ]);
    expect(store.chunks()).toEqual([young]);
  });

  test('without retention, as Loki comes, both are there for ever', () => {
    expect([forever.chunks().length, forever.tables()]).toEqual([2, tables]);
  });
});

/** Loki with what is generated for `retention: 2d`, and its folder where it can be looked into. */
async function startStore(cleanup: AsyncDisposableStack, further: readonly string[]): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-retention-'));
  // What lies there belongs to the user of the container.
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const surroundings = composeForTest(['prometheus', 'alertmanager']);
  for (const { path, content } of generateLoki(configForTest({ retentionMs: 2 * dayMs }), surroundings)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const data = join(folder, 'data');
  mkdirSync(data);
  chmodSync(data, 0o777);
  const { args } = componentCommand('loki', surroundings);
  const running = await new GenericContainer(imageOf('loki'))
    .withCommand([...args, ...further])
    .withBindMounts([
      { source: join(folder, 'loki/generated'), target: '/etc/watchpost/loki', mode: 'ro' },
      { source: data, target: surroundings.data('loki'), mode: 'rw' },
    ])
    .withExposedPorts(parts.loki.port)
    .withWaitStrategy(Wait.forHttp('/ready', parts.loki.port))
    .withStartupTimeout(180_000)
    .start();
  cleanup.defer(async () => void (await must('docker', ['rm', '-f', '-v', running.getId()])));
  const below = (name: string) => {
    try {
      return readdirSync(join(data, 'chunks', name), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
    } catch {
      // Not there yet, or emptied just now.
      return [];
    }
  };
  return {
    url: () => `http://${running.getHost()}:${running.getMappedPort(parts.loki.port)}`,
    restart: () => running.restart({ timeout: 20_000 }),
    chunks: () => below('fake').map(({ parentPath, name }) => join(parentPath, name)),
    tables: () =>
      [...new Set(below('index').map(({ parentPath }) => /index_\d+/.exec(parentPath)?.[0] ?? ''))]
        .filter(Boolean)
        .sort(),
  };
}
