import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateLoki } from '../../loki/index.ts';
import { dockerProxyCommand } from '../../stack/arguments.ts';
import { dockerProxy } from '../../stack/parts.ts';
import { imageOf, missing } from '../support/found.ts';
import { composeForTest, configForTest } from '../support/generator-input.ts';

const lacking = missing(['nginx']);

describe.skipIf(lacking)(`the proxy before the engine's socket${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let proxy: StartedTestContainer;
  let url = '';

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-proxy-'));
    cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
    const file = generateLoki(configForTest(), composeForTest()).find(({ path }) => path.endsWith('docker-proxy.conf'));
    writeFileSync(join(folder, 'docker-proxy.conf'), file?.content ?? '');
    proxy = await new GenericContainer(imageOf('nginx'))
      .withEntrypoint([...dockerProxyCommand])
      .withUser('0:0')
      .withDroppedCapabilities('ALL')
      .withTmpFs({ '/tmp': '' })
      .withBindMounts([
        { source: folder, target: '/etc/watchpost/loki', mode: 'ro' },
        { source: '/var/run/docker.sock', target: '/var/run/docker.sock', mode: 'ro' },
      ])
      .withExposedPorts(dockerProxy.port)
      .withWaitStrategy(Wait.forHttp('/-/healthy', dockerProxy.port))
      .start();
    cleanup.defer(async () => void (await proxy.stop({ timeout: 1_000 })));
    url = `http://${proxy.getHost()}:${proxy.getMappedPort(dockerProxy.port)}`;
  }, 120_000);
  afterAll(() => cleanup.disposeAsync());

  const ask = async (method: string, path: string) =>
    (await fetch(`${url}${path.replace('ID', proxy.getId())}`, { method })).status;

  test.each(['/_ping', '/version', '/networks', '/v1.41/containers/json', '/containers/ID/json'])(
    'answers GET %s',
    async (path) => {
      expect(await ask('GET', path)).toBe(200);
    },
  );

  test('passes on what a container prints', async () => {
    expect(await ask('GET', '/v1.41/containers/ID/logs?stdout=1&stderr=1')).toBe(200);
  });

  test.each([
    ['POST', '/containers/create'],
    ['POST', '/v1.41/containers/ID/kill'],
    ['POST', '/containers/ID/exec'],
    ['POST', '/containers/json'],
    ['DELETE', '/containers/ID'],
    ['DELETE', '/containers/ID/json'],
    ['PUT', '/containers/ID/archive?path=/'],
    ['GET', '/containers/ID/archive?path=/etc/shadow'],
    ['GET', '/containers/ID/attach/ws?stdin=1&stream=1'],
    ['GET', '/containers/ID/export'],
    ['GET', '/containers/ID%2Farchive/json'],
    ['GET', '/secrets'],
    ['GET', '/info'],
    ['GET', '/images/json'],
    ['GET', '/events'],
    ['GET', '/'],
  ])('refuses %s %s', async (method, path) => {
    expect(await ask(method, path)).toBe(403);
  });
});
