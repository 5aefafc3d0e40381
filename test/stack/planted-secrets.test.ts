// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how watchpost.yaml writes a variable
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runWatchpost } from '../../cli/testing/run-watchpost.ts';
import { type RunningWatchpost, startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { type Receiver, startReceiver } from '../../probes/export/receiver.ts';
import { type MailSink, startMailSink } from '../support/mail-sink.ts';
import { plantedProbes } from '../support/planted/configuration.ts';
import { startEcho } from '../support/planted/echo.ts';
import { freeFields, shownFields, textsIn } from '../support/planted/fields.ts';
import { PlantedSecrets } from '../support/planted/secrets.ts';

describe('a secret', () => {
  const cleanup = new AsyncDisposableStack();
  const planted = new PlantedSecrets();
  const slack: string[] = [];
  let folder = '';
  let echo: Awaited<ReturnType<typeof startEcho>>;
  let probes: ReturnType<typeof plantedProbes>;
  let loki: Receiver;
  let collector: Receiver;
  let mail: MailSink;
  let service: RunningWatchpost;
  let url = '';
  let deployToken = '';
  const file = () => join(folder, 'watchpost.yaml');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'planted-'));
    cleanup.defer(() => rm(folder, { recursive: true }));
    const given = {
      token: planted.secret('a token that a target gives out'),
      session: planted.secret('a session in a redirect'),
      cookie: planted.secret('a cookie'),
    };
    echo = cleanup.use(await startEcho(given));
    [loki, collector] = [cleanup.use(await startReceiver()), cleanup.use(await startReceiver())];
    const smtpPassword = planted.secret('smtp password_file');
    mail = cleanup.use(await startMailSink({ auth: { username: 'watchpost', password: smtpPassword } }));
    // Slack says in its answers what it was asked.
    const hooks = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      slack.push(body);
      const isRefused = slack.length % 3 === 0;
      response.writeHead(isRefused ? 404 : 200).end(isRefused ? `no_service at ${request.url}` : 'ok');
    });
    await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
    cleanup.defer(() => void hooks.close());
    const hooksPort = (hooks.address() as AddressInfo).port;
    deployToken = planted.secret('deploys token_file');
    const files = {
      slack: `http://127.0.0.1:${hooksPort}/services/T0/B0/${planted.secret('webhook_url_file')}`,
      smtp: smtpPassword,
      heartbeat: `http://127.0.0.1:9/ping/${planted.secret('heartbeat_url_file')}`,
      deploys: deployToken,
      otlp: `authorization: Bearer ${planted.secret('otlp headers_file')}`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);

    probes = plantedProbes(echo.port, planted);
    const fast = { every: '3s', timeout: '1s', confirm: 0 };
    const each = (all: Readonly<Record<string, object>>) =>
      Object.fromEntries(Object.entries(all).map(([name, probe]) => [name, { ...probe, ...fast }]));
    await writeFile(
      file(),
      stringify({
        stack: 's',
        services: {
          echo: { probes: each(probes) },
          // Nobody listens there.
          dead: { probes: each(plantedProbes(9, planted)) },
        },
        heartbeat_url_file: join(folder, 'heartbeat'),
        deploys: { token_file: join(folder, 'deploys') },
        otlp: { traces: collector.url, headers_file: join(folder, 'otlp') },
        notify: {
          slack: { webhook_url_file: join(folder, 'slack') },
          email: {
            ...{
              to: ['a@example.org'],
              from: 'b@example.org',
              smarthost: `127.0.0.1:${mail.port}`,
              require_tls: false,
            },
            ...{ username: 'watchpost', password_file: join(folder, 'smtp') },
          },
        },
      }),
    );
    service = cleanup.use(
      await startWatchpost(
        [
          ...['serve', '--config', file(), '--listen', '127.0.0.1:0', '--data', join(folder, 'data'), '--direct'],
          ...['--otlp-logs', `${loki.url}/otlp`],
        ],
        planted.variables,
      ),
    );
    [, url = ''] = await service.says(/metrics: (http\S+)\/metrics/);
  }, 120_000);
  afterAll(() => cleanup.disposeAsync());

  test('is planted in every field that may hold one, and every other field says why it holds none', () => {
    const plantedAt = new Set(
      Object.values(probes).flatMap((probe) => {
        const [kind = ''] = Object.keys(probe);
        return textsIn(probe, `${kind}: `).flatMap(([path, text]) => (text.includes('${PLANTED') ? [path] : []));
      }),
    );
    const isShown = (field: string) => shownFields.some(({ fields }) => fields.test(field));
    const forgotten = freeFields().filter((field) => !plantedAt.has(field) && !isShown(field));
    expect(forgotten).toEqual([]);
    const idle = shownFields.filter(({ fields }) => !freeFields().some((field) => fields.test(field)));
    expect(idle).toEqual([]);
  });

  test('was really sent where it belongs, and failures were really told of', { timeout: 120_000 }, async () => {
    const deploy = await fetch(`${url}/api/v1/deploys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${deployToken}` },
      body: JSON.stringify({
        service: 'echo',
        version: '1',
        url: `http://u:${planted.secret('deploy url')}@ci.test/?t=${planted.secret('deploy query')}`,
      }),
    });
    expect(deploy.status).toBe(200);
    const states = async () =>
      ((await (await fetch(`${url}/api/v1/probes`)).json()) as { service: string; probe: string; state: string }[]).map(
        ({ service: name, probe, state }) => `${name}/${probe} ${state}`,
      );
    // What only times out is inconclusive where the machine is busy.
    const all = (await states()).length;
    await expect
      .poll(async () => (await states()).filter((state) => state.endsWith(' down')).length, { timeout: 60_000 })
      .toBeGreaterThan(all - 6);
    expect((await states()).filter((state) => state.endsWith(' up'))).toEqual(['echo/http-passes up']);
    await expect.poll(() => slack.length, { timeout: 30_000 }).toBeGreaterThan(5);
    await expect.poll(() => mail.received.length, { timeout: 30_000 }).toBeGreaterThan(1);
    await expect.poll(() => collector.received.length, { timeout: 30_000 }).toBeGreaterThan(1);
    await expect.poll(() => loki.received.length, { timeout: 30_000 }).toBeGreaterThan(1);
    const fields = ['http headers', 'http bearer', 'http client_secret', 'flow basic', 'redis password', 'tcp send'];
    // On a busy machine a run may end before its last step; the next run goes there.
    await expect.poll(() => planted.foundIn(echo.seen()), { timeout: 60_000 }).toEqual(expect.arrayContaining(fields));
  });

  const outputs: Readonly<Record<string, () => Promise<string>>> = {
    'what the service prints': async () => service.output(),
    'the log, by OTLP': async () => JSON.stringify(loki.received),
    'the traces': async () => JSON.stringify(collector.received),
    'pages on Slack': async () => slack.join('\n'),
    'pages by mail': async () =>
      mail.received.map(({ raw, mail: { text, html } }) => `${raw}${text}${html}`).join('\n'),
    '/metrics': async () => (await ask('/metrics')) + (await ask('/metrics', 'application/openmetrics-text')),
    'the status page': () => ask('/'),
    '/api/v1/probes': () => ask('/api/v1/probes'),
    '/debug of every probe': async () => {
      const texts: string[] = [];
      for (const name of ['echo', 'dead']) {
        for (const probe of Object.keys(probes)) {
          texts.push(await ask(`/debug/${name}/${probe}`), await ask(`/debug/${name}/${probe}?format=json`));
        }
      }
      expect(texts.join('')).toContain('[redacted]');
      return texts.join('\n');
    },
    'an answer to what is wrong': async () => {
      const wrong = { service: planted.secret('wrong service'), version: 1, colour: planted.secret('wrong colour') };
      return await (
        await fetch(`${url}/api/v1/deploys`, {
          method: 'POST',
          body: JSON.stringify(wrong),
          headers: { authorization: `Bearer ${deployToken}` },
        })
      ).text();
    },
    'the data folder': () => allFiles(join(folder, 'data')),
    'what is generated for compose': () => generated('compose'),
    'what is generated natively': () => generated('native'),
    'check and plan': async () => {
      const said = await Promise.all(
        [['check'], ['plan'], ['plan', '--json']].map((args) =>
          runWatchpost([...args, '--config', file()], planted.variables),
        ),
      );
      expect(said.map(({ code }) => code)).toEqual([0, 0, 0]);
      return JSON.stringify(said);
    },
    'what is said of a file with a fault in every probe': async () => {
      const broken = (await readFile(file(), 'utf8'))
        .replaceAll('every: 3s', 'every: 3 seconds')
        .replaceAll('method: POST', 'method: SEND');
      await writeFile(join(folder, 'broken.yaml'), broken);
      const { code, stdout, stderr } = await runWatchpost(
        ['check', '--config', join(folder, 'broken.yaml')],
        planted.variables,
      );
      expect(code).toBe(1);
      return stdout + stderr;
    },
  };

  test.each(Object.entries(outputs))('stands in none of: %s', { timeout: 120_000 }, async (_, output) => {
    const text = await output();
    expect(text.length).toBeGreaterThan(20);
    expect(planted.foundIn(text)).toEqual([]);
  });

  async function ask(path: string, accept = '*/*'): Promise<string> {
    return await (await fetch(`${url}${path}`, { headers: { accept } })).text();
  }

  async function generated(target: string): Promise<string> {
    const out = join(folder, `out-${target}`);
    const { code, stderr } = await runWatchpost(
      ['generate', '--config', file(), '--out', out, '--target', target],
      planted.variables,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return await allFiles(out);
  }
});

async function allFiles(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
  expect(texts.length).toBeGreaterThan(0);
  return texts.join('\n');
}
