import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { type Row, StateStore } from './store.ts';

const noon = Date.UTC(2026, 10, 23, 12, 30);

function open(folder: string, clock = { now: noon }) {
  const said: string[] = [];
  const wrote: boolean[] = [];
  const store = new StateStore({
    folder,
    now: () => clock.now,
    wrote: (ok) => wrote.push(ok),
    say: (level, message) => said.push(`${level}: ${message}`),
  });
  return { store, said, wrote, clock };
}

const insert = 'insert or replace into tokens values (?, ?, ?)';
const tokens = (store: StateStore): readonly Row[] => store.read('select * from tokens order by token');

describe('the store', () => {
  test('writes the newest of each key, and has it after a restart', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    {
      const { store } = open(folder.path);
      using _open = store;
      store.put(['token', 'backup', 'nightly'], insert, 'backup', 'nightly', 'one');
      store.put(['token', 'backup', 'nightly'], insert, 'backup', 'nightly', 'two');
      expect(tokens(store)).toEqual([]);
    }
    using again = open(folder.path).store;
    expect(tokens(again)).toEqual([{ service: 'backup', probe: 'nightly', token: 'two' }]);
  });

  test('adds runs up by the hour and by the day', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    const { store, clock } = open(folder.path);
    using _open = store;
    const probe = { service: 'a', probe: 'b' };
    store.ran(probe, 'pass', 10);
    expect(store.flush()).toBe(true);
    store.ran(probe, 'fail', 30);
    clock.now += 3_600_000;
    store.ran(probe, 'pass', 20);
    store.flush();
    const rows = store.read('select span, pass, fail, duration_ms, longest_ms from runs order by span, begins');
    expect(rows).toEqual([
      { span: 'day', pass: 2, fail: 1, duration_ms: 60, longest_ms: 30 },
      { span: 'hour', pass: 1, fail: 1, duration_ms: 40, longest_ms: 30 },
      { span: 'hour', pass: 1, fail: 0, duration_ms: 20, longest_ms: 20 },
    ]);
  });

  test.for([
    { from: 1, undo: 'drop table deploys; drop table first_runs;' },
    { from: 2, undo: 'drop table first_runs;' },
  ])('takes over what version $from has written', async ({ from, undo }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    {
      const { store, clock } = open(folder.path);
      using _open = store;
      store.put(['token', 'backup', 'nightly'], insert, 'backup', 'nightly', 'one');
      store.ran({ service: 'unseen', probe: 'b' }, 'inconclusive', 10);
      store.ran({ service: 'old', probe: 'b' }, 'pass', 10);
      store.flush();
      clock.now += 40 * 86_400_000;
      // The hours of `old` are forgotten by now, its days are not.
      store.ran({ service: 'old', probe: 'b' }, 'pass', 10);
      store.ran({ service: 'new', probe: 'b' }, 'fail', 10);
    }
    const database = new DatabaseSync(join(folder.path, 'state.sqlite'));
    database.exec(`${undo} pragma user_version = ${from};`);
    database.close();
    using again = open(folder.path).store;
    expect(again.read('select * from deploys')).toEqual([]);
    expect(tokens(again)).toHaveLength(1);
    const [newSince, oldSince] = [Date.UTC(2027, 0, 2, 12), Date.UTC(2026, 10, 23)];
    expect(again.read('select * from first_runs order by service, slo')).toEqual([
      { service: 'new', slo: 'availability', at: newSince },
      { service: 'new', slo: 'latency', at: newSince },
      { service: 'old', slo: 'availability', at: oldSince },
      { service: 'old', slo: 'latency', at: oldSince },
    ]);
  });

  test('forgets what is too old', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    const { store, clock } = open(folder.path);
    using _open = store;
    store.ran({ service: 'a', probe: 'b' }, 'pass', 10);
    store.flush();
    clock.now += 40 * 86_400_000;
    store.ran({ service: 'a', probe: 'b' }, 'pass', 10);
    store.flush();
    expect(store.read('select span from runs where begins < ?', noon + 1)).toEqual([{ span: 'day' }]);
  });

  test('goes on without a disk that is full, and writes the newest once there is room', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    const { store, said, wrote, clock } = open(folder.path);
    using _open = store;
    const [{ page_count: pages } = {}] = store.read('pragma page_count');
    store.read(`pragma max_page_count = ${Number(pages)}`);
    const large = 'x'.repeat(100_000);
    store.put(['a'], insert, 'a', 'a', large);
    expect(store.flush()).toBe(false);
    store.put(['a'], insert, 'a', 'a', `${large}, and newer`);
    clock.now += 4_000;
    expect(store.flush()).toBe(false);
    store.read('pragma max_page_count = 100000');
    clock.now += 4_000;
    expect(store.flush()).toBe(true);
    expect(wrote).toEqual([false, true]);
    expect(said).toEqual([
      'error: the state cannot be written, and is kept in memory: database or disk is full',
      'info: the state is written again',
    ]);
    expect(tokens(store)).toMatchObject([{ token: `${large}, and newer` }]);
  });

  test('writes and forgets also after the clock was ahead for a while', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    const { store, clock } = open(folder.path);
    using _open = store;
    const yearMs = 365 * 86_400_000;
    const [{ page_count: pages } = {}] = store.read('pragma page_count');
    clock.now += yearMs;
    store.read(`pragma max_page_count = ${Number(pages)}`);
    store.put(['a'], insert, 'a', 'a', 'x'.repeat(100_000));
    expect(store.flush()).toBe(false);
    store.read('pragma max_page_count = 100000');
    clock.now -= yearMs;
    expect(store.flush()).toBe(true);

    clock.now += yearMs;
    store.ran({ service: 'a', probe: 'b' }, 'pass', 10);
    store.flush();
    clock.now -= yearMs;
    store.ran({ service: 'a', probe: 'b' }, 'pass', 10);
    store.flush();
    clock.now += 40 * 86_400_000;
    store.ran({ service: 'a', probe: 'b' }, 'pass', 10);
    store.flush();
    expect(store.read("select span from runs where span = 'hour' and begins < ?", noon + 1)).toEqual([]);
  });

  test('puts a damaged file aside, says so, and begins anew', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    writeFileSync(join(folder.path, 'state.sqlite'), 'this is no database, '.repeat(1_000));
    const { store, said } = open(folder.path);
    using _open = store;
    store.put(['a'], insert, 'a', 'a', 'new');
    expect(store.flush()).toBe(true);
    expect(said).toEqual([expect.stringMatching(/^error: the state on disk was damaged: it was put aside as /)]);
    expect(readdirSync(folder.path)).toContain('state.sqlite.corrupt-2026-11-23T12-30-00-000Z');
  });

  test('refuses a folder that another process has open, and names it; its death opens the folder', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'store-'));
    const { store } = open(folder.path);
    const script = `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'database.ts'))};
      try { openDatabase(${JSON.stringify(folder.path)}, 0); console.log('opened'); } catch (error) { console.log(error.message); }`;
    const other = () =>
      spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8' }).stdout.trim();
    expect(other()).toBe(`the data folder ${folder.path} is in use by process ${process.pid}`);
    store[Symbol.dispose]();
    expect(other()).toBe('opened');
  });
});
