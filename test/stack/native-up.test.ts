import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../../cli/native/programs.ts';
import { startTimeOf } from '../../cli/native/state-file.ts';
import { runWatchpost } from '../../cli/testing/run-watchpost.ts';
import { startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { waitUntil } from '../../cli/wait-until.ts';
import { type Place, place } from '../support/native-place.ts';

const programs = ['prometheus', 'promtool', 'amtool', 'setpriv'].map((name) => findProgram([name]));
const alertmanager = findProgram(['alertmanager', 'prometheus-alertmanager']);
const found = [...programs, alertmanager].filter((program) => program !== undefined);
const missing = found.length < programs.length + 1 ? ' (skipped: Prometheus and Alertmanager are not on PATH)' : '';

describe.skipIf(missing)(`with Prometheus and Alertmanager on PATH${missing}`, () => {
  test('they run, reload takes a file everywhere, and a bad one nowhere', { timeout: 60_000 }, async () => {
    await using here = await place(found);
    await using up = await startWatchpost(here.arguments, here.env);
    await up.says(/Stop {2,}Ctrl-C/);
    expect(up.output()).toMatch(new RegExp(`Prometheus +running +${here.url('prometheus')}`));
    expect(up.output()).toMatch(new RegExp(`Alertmanager +running +${here.url('alertmanager')}`));

    const text = await readFile(here.config, 'utf8');
    await writeFile(here.config, text.replace('  app:', '  shop:'));
    const taken = await runWatchpost(['reload', '--data', here.data], here.env);
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    for (const part of ['probe service', 'Prometheus', 'Alertmanager']) {
      expect(taken.stdout).toMatch(new RegExp(`^ +${part} +[0-9a-f]{12} +taken +reloaded`, 'm'));
    }
    expect(await rules(here)).toContain('shop');

    await writeFile(here.config, text.replace('  app:', '  third:').replace('every:', 'evry:'));
    const refused = await runWatchpost(['reload', '--data', here.data], here.env);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('unknown key "evry"') });
    expect(await rules(here)).not.toContain('third');
    expect(await (await fetch(`${here.url('watchpost')}/metrics`)).text()).toContain('service="shop"');

    expect(await childrenOf(here)).toHaveLength(2);
    expect(await up.stop('SIGINT')).toBe(0);
    expect(up.output()).not.toContain('started again');
  });

  test('a page goes by Alertmanager, once', { timeout: 60_000 }, async () => {
    await using here = await place(found);
    await using up = await startWatchpost(here.arguments, here.env);
    await up.says(/Stop {2,}Ctrl-C/);
    // Alertmanager sends nothing in the first 15 s after its start.
    expect(up.output()).not.toContain('sent by the probe service itself');
    here.target.answer(503);
    await here.slack.waitFor(({ payload }) => JSON.stringify(payload).includes('app/live'), 30_000);
    expect(here.slack.received).toHaveLength(1);
  });

  test('no process is left when it is killed', { timeout: 120_000 }, async () => {
    await using here = await place(found);
    await using up = await startWatchpost(here.arguments, here.env);
    await up.says(/Stop {2,}Ctrl-C/);
    const children = await childrenOf(here);
    expect(children).toHaveLength(2);
    await up.stop('SIGKILL');
    const gone = async () => children.every((pid) => startTimeOf(pid) === undefined);
    expect(await waitUntil({ limitMs: 10_000, everyMs: 50 }, gone)).toBe(true);
  });

  test('one that dies is started again, and its last words are shown', { timeout: 120_000 }, async () => {
    await using here = await place(found);
    await using up = await startWatchpost(here.arguments, here.env);
    await up.says(/Stop {2,}Ctrl-C/);
    const [first] = await childrenOf(here);
    process.kill(first ?? 0, 'SIGKILL');
    await up.says(/Prometheus was ended by SIGKILL; it is started again in 1 s/);
    const answers = async () => (await fetch(`${here.url('prometheus')}/-/ready`).catch(() => undefined))?.ok ?? false;
    expect(await waitUntil({ limitMs: 40_000 }, answers)).toBe(true);
  });
});

async function rules(here: Place): Promise<string> {
  return await (await fetch(`${here.url('prometheus')}/api/v1/rules`)).text();
}

async function childrenOf(here: Place): Promise<readonly number[]> {
  const state: { readonly children: Readonly<Record<string, number>> } = JSON.parse(
    await readFile(join(here.data, 'up.json'), 'utf8'),
  );
  return Object.values(state.children);
}
