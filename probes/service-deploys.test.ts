import { readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../stack/secret.ts';
import { run as runProgram } from '../test/support/shell.ts';
import type { Plan } from './model.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { startForTest, startTestReceiver, until } from './service-setup.ts';
import { failed, passed, samplePlan, sampleProbe } from './state/sample-probe.ts';

const dependencies: Plan['dependencies'] = new Map([
  ['panel', []],
  ['shop', []],
]);

async function start(own: Partial<Plan> = {}, options: Parameters<typeof startForTest>[1] = {}) {
  const clock = new ManualClock();
  const plan = samplePlan({ dependencies, ...own });
  const loaded = { current: { plan } };
  const started = await startForTest(loaded, { clock, ...options });
  const report = async (body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${started.service.url}/api/v1/deploys`, { method: 'POST', headers, body: text });
    return `${response.status} ${(await response.text()).trimEnd()}`;
  };
  const deployed = async () =>
    (await started.series())
      .filter(({ name }) => name === 'watchpost_deployed_timestamp_seconds')
      .map(({ labels, value }) => [labels.service, labels.version, labels.colour ?? '', value]);
  return { ...started, clock, loaded, report, deployed };
}

const at = new ManualClock().now() / 1_000;

describe('a deploy', () => {
  test('becomes a line, a record and a metric, of each colour the one deployed last', async () => {
    const loki = await startTestReceiver();
    const { report, deployed, lines, service } = await start({}, { otlpLogs: `${loki.url}/otlp` });
    const url = 'https://ci.example.org/run/7?token=hunter2';
    expect(await report({ service: 'panel', version: '1.4.1', colour: 'blue' })).toBe('200 ok');
    expect(await report({ service: 'panel', version: '1.4.2', colour: 'blue', url, by: 'CI' })).toBe('200 ok');
    const earlier = new Date((at - 600) * 1_000).toISOString();
    expect(await report({ service: 'panel', version: '1.4.0', colour: 'green', at: earlier })).toBe('200 ok');
    expect(await report({ service: 'shop', version: '7' })).toBe('200 ok');
    // One that is told of late takes the place of none.
    expect(await report({ service: 'panel', version: '1.3.9', colour: 'blue', at: earlier })).toBe('200 ok');
    expect(await deployed()).toEqual([
      ['panel', '1.4.2', 'blue', at],
      ['panel', '1.4.0', 'green', at - 600],
      ['shop', '7', '', at],
    ]);
    expect(lines.filter((line) => line.includes('deployed')).map((line) => line.slice(25))).toEqual([
      'info  panel (blue): version 1.4.1 was deployed',
      'info  panel (blue): version 1.4.2 was deployed by CI',
      'info  panel (green): version 1.4.0 was deployed',
      'info  shop: version 7 was deployed',
      'info  panel (blue): version 1.3.9 was deployed',
    ]);
    await service[Symbol.asyncDispose]();
    const stored = JSON.stringify(loki.received);
    const field = (key: string, stringValue: string) => JSON.stringify({ key, value: { stringValue } });
    expect(stored).toContain(
      [
        field('event', 'deploy'),
        field('service', 'panel'),
        field('version', '1.4.2'),
        field('colour', 'blue'),
        field('url', 'https://ci.example.org/run/7?token=[redacted]'),
        field('by', 'CI'),
      ].join(','),
    );
    expect(stored).not.toContain('hunter2');
    // The record has the time of the deploy.
    expect(stored).toContain(`"timeUnixNano":"${at - 600}000000000"`);
  });

  test('is known after a restart, and no more once its service is gone', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'deploys-'));
    const first = await start({}, { data: folder.path });
    await first.report({ service: 'panel', version: '1.4.2', colour: 'blue' });
    await first.report({ service: 'shop', version: '7' });
    await first.service[Symbol.asyncDispose]();
    const second = await start({}, { data: folder.path });
    expect(await second.deployed()).toEqual([
      ['panel', '1.4.2', 'blue', at],
      ['shop', '7', '', at],
    ]);
    second.loaded.current = { plan: samplePlan({ dependencies: new Map([['shop', []]]) }) };
    await second.service.reload();
    expect(await second.deployed()).toEqual([['shop', '7', '', at]]);
  });

  test('of ever new colours makes no more than four series', async () => {
    const { report, deployed, clock } = await start();
    for (let i = 0; i < 9; i++) {
      await clock.advance(1_000);
      await report({ service: 'panel', version: '1', colour: `c${i}` });
    }
    expect((await deployed()).map(([, , colour]) => colour)).toEqual(['c5', 'c6', 'c7', 'c8']);
  });

  test('is told of by the page about a service that fails after it', async () => {
    const state = { broken: false };
    const probe = sampleProbe({ everyMs: 5_000, run: async () => (state.broken ? failed() : passed()) });
    const { report, clock, value, lines } = await start({ probes: [probe] });
    await clock.advance(10_000);
    await report({ service: 'panel', version: '1.4.2', colour: 'blue' });
    state.broken = true;
    await clock.advance(60_000);
    await until(async () => (await value('watchpost_probe_down')) === 1);
    expect(lines.find((line) => line.includes('DOWN'))).toMatch(
      /version 1\.4\.2 \(blue\) was deployed [\d.]+ s before/,
    );
  });

  const bad: readonly { readonly name: string; readonly body: unknown; readonly says: string }[] = [
    {
      name: 'no JSON',
      body: '{"service": ',
      says: '400 the body is no JSON; expected such as {"service": "panel", "version": "1.4.2"}',
    },
    {
      name: 'no object',
      body: [],
      says: '400 the body is no JSON object; expected such as {"service": "panel", "version": "1.4.2"}',
    },
    {
      name: 'nothing of what is needed, and more',
      body: { servce: 'panel' },
      says: '400 service: expected a text on one line, at most 63 characters\nversion: expected a text on one line, at most 100 characters\nunknown: "servce"; known: service, version, colour, at, url, by',
    },
    {
      name: 'values that are none',
      body: { service: 'panel', version: 'a\nb', colour: 'Blue!', at: 'yesterday', url: 'javascript:alert(1)' },
      says: [
        '400 version: expected a text on one line of 1 to 100 characters',
        'colour: expected a name such as blue: lower-case letters, digits, - and _',
        'at: expected a date and time with its offset, such as 2026-11-24T22:00:00+01:00',
        'url: expected a URL that begins with http:// or https://',
      ].join('\n'),
    },
    {
      name: 'a time to come',
      body: { service: 'panel', version: '1', at: '2027-01-01T00:00:00Z' },
      says: '400 at: found 2027-01-01T00:00:00Z, expected a time of the last seven days; it is 2026-11-23T03:00:00.000Z here',
    },
    {
      name: 'a service that is none',
      body: { service: 'panle', version: '1' },
      says: '404 there is no service of this name; did you mean "panel"?\nknown: panel, shop',
    },
    { name: 'far too much', body: 'x'.repeat(10_001), says: '413 the body is larger than 10000 bytes' },
  ];
  test.each(bad)('that is $name is refused in words', async ({ body, says }) => {
    const { report, deployed } = await start();
    expect(await report(body)).toBe(says);
    expect(await deployed()).toEqual([]);
  });

  test('is taken only from who shows the token, where there is one', async () => {
    const { report, deployed } = await start({ deployToken: new Secret('0123456789abcdef') });
    const deploy = { service: 'panel', version: '1' };
    const refused = '401 expected the header "Authorization: Bearer TOKEN", with what deploys.token_file holds';
    expect(await report(deploy)).toBe(refused);
    expect(await report(deploy, { authorization: 'Bearer 0123456789abcdeg' })).toBe(refused);
    expect(await deployed()).toEqual([]);
    expect(await report(deploy, { authorization: 'Bearer 0123456789abcdef' })).toBe('200 ok');
  });

  test('is reported by the command that docs/deploys.md shows', async () => {
    const page = readFileSync(new URL('../docs/deploys.md', import.meta.url), 'utf8');
    const [command = ''] = /^curl [\s\S]*?(?=^```)/m.exec(page) ?? [];
    const { service, deployed } = await start({ deployToken: new Secret('0123456789abcdef') });
    const here = command.replace('http://127.0.0.1:9815', service.url);
    expect(here).not.toBe(command);
    const ran = await runProgram('sh', ['-c', here], {
      env: { VERSION: '1.4.2', WATCHPOST_DEPLOY_TOKEN: '0123456789abcdef' },
    });
    expect(ran).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(await deployed()).toEqual([['panel', '1.4.2', 'blue', at]]);
  });
});
