import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../stack/secret.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { Memories } from './memories.ts';
import { sampleProbe } from './sample-probe.ts';
import { StateStore } from './store/store.ts';

const yearMs = 365 * 86_400_000;
const backup = sampleProbe({ service: 'backup', probe: 'nightly' });

function open(folder: string) {
  return new StateStore({ folder, now: () => 0, wrote: () => {}, say: () => {} });
}

test('what a prober remembers is there again after a restart, and gone when its options change', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'memories-'));
  const clock = new ManualClock();
  {
    using store = open(folder.path);
    new Memories({ clock, store }).of(backup).remember('ten sizes');
  }
  using store = open(folder.path);
  const memories = new Memories({ clock, store });
  expect(memories.of(backup).recall()).toBe('ten sizes');
  expect(memories.of({ ...backup, fingerprint: 'another' }).recall()).toBeUndefined();
});

test('beats outlive a restart and a change of options, and the waiting does not begin again', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'memories-'));
  const clock = new ManualClock();
  const began = clock.now();
  {
    using store = open(folder.path);
    const memories = new Memories({ clock, store });
    expect(memories.of(backup).beats()).toEqual({ awaitedSince: began });
    await clock.advance(5_000);
    expect(memories.report(backup, 'started', { at: clock.now() })).toBe(true);
    expect(memories.of(backup).beats()).toEqual({ awaitedSince: began, started: { at: began + 5_000 } });
    memories.report(backup, 'success', { at: clock.now(), durationMs: 12 });
  }
  using store = open(folder.path);
  await clock.advance(60_000);
  const memories = new Memories({ clock, store });
  const beats = { awaitedSince: began, last: 'success', success: { at: began + 5_000, durationMs: 12 } };
  expect(memories.of({ ...backup, fingerprint: 'another' }).beats()).toEqual(beats);
});

test('what was stored while the clock was ahead counts as of now, over a restart too', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'memories-'));
  const clock = new ManualClock();
  const now = clock.now();
  {
    using store = open(folder.path);
    clock.set(yearMs);
    const memories = new Memories({ clock, store });
    memories.report(backup, 'failure', { at: clock.now(), message: 'disk full' });
    memories.report(backup, 'success', { at: clock.now() });
    memories.report(backup, 'started', { at: clock.now() });
  }
  clock.set(-yearMs);
  const beats = {
    ...{ awaitedSince: now, last: 'success' as const, started: { at: now }, success: { at: now } },
    failure: { at: now, message: 'disk full' },
  };
  {
    using store = open(folder.path);
    expect(new Memories({ clock, store }).of(backup).beats()).toEqual(beats);
  }
  // It grows old from then on.
  await clock.advance(60_000);
  using store = open(folder.path);
  expect(new Memories({ clock, store }).of(backup).beats()).toEqual(beats);
});

test.each([
  { name: 'the failure', success: 1, failure: 2, last: 'failure' },
  { name: 'the success', success: 2, failure: 1, last: 'success' },
])('of what an earlier version stored the later one arrived last: $name', async ({ success, failure, last }) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'memories-'));
  const beats = { awaitedSince: 0, success: { at: success }, failure: { at: failure } };
  {
    using store = open(folder.path);
    const kept = JSON.stringify({ beats });
    store.put(['memory'], 'insert into memories values (?, ?, ?, ?)', 'backup', 'nightly', 'first', kept);
  }
  using store = open(folder.path);
  const memories = new Memories({ clock: new ManualClock(), store });
  expect(memories.of(backup).beats()).toEqual({ ...beats, last });
});

test('a token is made once, outlives a restart, and says whose it is', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'memories-'));
  const clock = new ManualClock();
  let token = '';
  {
    using store = open(folder.path);
    const memories = new Memories({ clock, store });
    token = memories.tokenOf(backup);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    expect(memories.tokenOf(backup)).toBe(token);
  }
  using store = open(folder.path);
  const memories = new Memories({ clock, store });
  expect(memories.tokenOf(backup)).toBe(token);
  expect(memories.withToken(token)).toMatchObject({ service: 'backup', probe: 'nightly' });
  expect(memories.withToken('another')).toBeUndefined();
});

test('a token that the configuration gives takes the place of the one before', () => {
  const memories = new Memories({ clock: new ManualClock() });
  const before = memories.tokenOf(backup);
  memories.configure([{ ...backup, token: new Secret('chosen-by-the-user') }]);
  expect(memories.tokenOf(backup)).toBe('chosen-by-the-user');
  expect(memories.withToken('chosen-by-the-user')).toMatchObject({ service: 'backup', probe: 'nightly' });
  expect(memories.withToken(before)).toBeUndefined();
});
