import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { seeded } from '../support/seeded.ts';
import { type SlackSink, startSlackSink } from '../support/slack-sink.ts';
import { startTarget } from '../support/target.ts';

const kills = 50;
/** What happened within this time before a kill may be lost. */
const lostMs = 1_000;

test(`a probe service that is killed ${kills} times in the middle of everything forgets nothing and pages nothing twice`, async ({
  annotate,
}) => {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await mkdtempDisposable(join(tmpdir(), 'killed-')));
  const slack = cleanup.use(await startSlackSink());
  const targets = await Promise.all(Array.from({ length: 6 }, async () => cleanup.use(await startTarget())));
  await mkdir(join(folder.path, 'secrets'));
  const secret = join(folder.path, 'secrets/slack');
  await writeFile(secret, `${slack.url}\n`);
  const config = join(folder.path, 'watchpost.yaml');
  await writeFile(
    config,
    configuration(
      targets.map(({ port }) => port),
      secret,
    ),
  );
  const data = join(folder.path, 'data');
  const args = ['serve', '--config', config, '--listen', '127.0.0.1:0', '--data', data, '--direct'];
  const random = seeded(20_261_123);
  const broken = new Set<number>();
  const isBroken = (probe: string) => broken.has(Number(probe.slice(1)));
  let keptDowns: ReadonlyMap<string, string> = new Map();
  const lives: Life[] = [];
  let path = '';
  let beats = 0;

  for (let i = 0; i < kills; i++) {
    const service = await startWatchpost(args);
    const [, url = ''] = await service.says(/^metrics: (http:\S+)\/metrics$/m);
    const downAtStart = downs(await (await fetch(`${url}/metrics`)).text());
    for (const [probe, since] of keptDowns) expect({ probe, since: downAtStart.get(probe) }).toEqual({ probe, since });
    path ||= /(\/heartbeat\/\w+)/.exec(await (await fetch(`${url}/debug/app/beat`)).text())?.[1] ?? '';
    // One target breaks or is mended; the other five go on.
    const chosen = Math.floor(random() * targets.length);
    if (broken.delete(chosen)) targets[chosen]?.answer(200);
    else {
      broken.add(chosen);
      targets[chosen]?.answer(503);
    }
    const livesMs = 300 + random() * 1_400;
    await pause(Math.max(0, livesMs - lostMs));
    const before = downs(await (await fetch(`${url}/metrics`)).text());
    await pause(Math.min(livesMs, lostMs) + 100);
    const after = downs(await (await fetch(`${url}/metrics`)).text());
    // Taken at the very last moment: a job that was told so does not come again.
    const reported = Date.now();
    const taken = (await fetch(`${url}${path}`, { method: 'POST' })).status === 200;
    const killedAt = Date.now();
    await service.stop('SIGKILL');
    lives.push({ killedAt, said: pagesSaid(service.output()) });
    expect(taken).toBe(true);
    beats++;
    // Down a second before the kill, or known from the life before, and still down at it: that must be there again. One whose
    // target is well by now is not asked for: its first run may have passed before anybody looks.
    const known = livesMs >= lostMs ? before : keptDowns;
    keptDowns = new Map([...known].filter(([probe, since]) => after.get(probe) === since && isBroken(probe)));
    const database = new DatabaseSync(join(data, 'state.sqlite'));
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const [memory] = database.prepare("select kept from memories where probe = 'beat'").all();
    expect(JSON.parse(String(memory?.kept)).beats.success.at).toBeGreaterThanOrEqual(reported);
    database.close();
  }

  // Left alone for a moment, it comes to rest: everything that is broken has been paged for.
  await using last = await startWatchpost(args);
  await last.says(/^metrics: /m);
  await pause(6_000);
  const pages = firing(slack);
  const again = [...pages].flatMap(([failure, times]) => times.slice(0, -1).map((at) => ({ failure, at })));
  const twice = again.filter(({ failure, at }) => isKnown(failure, at, lives));
  await annotate(
    `${kills} kills: ${beats} beats, none lost; ${pages.size} failures paged, ${twice.length} of them twice, ` +
      `${again.length - twice.length} again because the kill came before Slack's answer was written down`,
    'measured',
  );
  expect(pages.size).toBeGreaterThan(10);
  expect(twice).toEqual([]);
}, 400_000);

/** Since when, by probe, of those that are down. */
function downs(metrics: string): ReadonlyMap<string, string> {
  const lines = metrics.matchAll(/^watchpost_probe_down_since_timestamp_seconds\{.*probe="([^"]+)".*\} (\S+)$/gm);
  return new Map([...lines].map(([, probe = '', since = '']) => [probe, since]));
}

/** One run of the service: when it was killed, Unix milliseconds, and of which probes it had said that a page was sent. */
interface Life {
  readonly killedAt: number;
  readonly said: ReadonlySet<string>;
}

function pagesSaid(output: string): ReadonlySet<string> {
  return new Set([...output.matchAll(/ page "(app\/p\d) is down[^"]*" by slack: /g)].map(([, probe = '']) => probe));
}

/**
 * Whether the process that sent it knew of its delivery. One that is killed between Slack's answer and the write cannot:
 * for that it has the last moment, and must not have said that it was sent.
 */
function isKnown(failure: string, at: number, lives: readonly Life[]): boolean {
  const life = lives.find(({ killedAt }) => killedAt >= at);
  const [probe = ''] = failure.split(' ');
  return !life || life.said.has(probe) || life.killedAt - at > lostMs;
}

/** When each failure was paged for, Unix milliseconds: by probe and when it began. */
function firing(slack: SlackSink): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { at, payload } of slack.received) {
    const text = JSON.stringify(payload);
    const [, probe] = /(app\/p\d) is down/.exec(text) ?? [];
    const [, since] = /Since (\S+) UTC/.exec(text) ?? [];
    if (!probe || !since) continue;
    const key = `${probe} since ${since}`;
    times.set(key, [...(times.get(key) ?? []), at]);
  }
  return times;
}

function configuration(ports: readonly number[], secret: string): string {
  const probes = ports.map(
    (port, i) =>
      `      p${i}: { http: "http://127.0.0.1:${port}/", every: 1s, timeout: 500ms, confirm: 0, recover: 1 }\n`,
  );
  return `stack: s
services:
  app:
    probes:
${probes.join('')}      beat: { heartbeat: { every: 1h, grace: 5m }, every: 1s }
notify: { slack: { webhook_url_file: ${secret} } }
`;
}
