import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import { composeSurroundings, nativeSurroundings, wantedParts } from './surroundings.ts';

function config(services: string, notify = '') {
  const source = `stack: s\nenvironment: e\nservices: { ${services} }\n${notify}`;
  const loaded = loadConfig(source, { file: '/etc/mine/watchpost.yaml', env: {}, mode: 'generate' });
  if ('diagnostics' in loaded) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.config;
}

const plain = config('app: { probes: { live: { http: "http://app/" } } }');

describe('the demo’s parts', () => {
  const cases = [
    {
      name: 'are there when a probe names the demo',
      config: config('a: { probes: { p: { tcp: "demo:39417" } } }'),
      wanted: ['demo'],
    },
    {
      name: 'are there when metrics are scraped from it',
      config: config('a: { metrics: "http://demo:39417/health/metrics", probes: { p: { tcp: "x:1" } } }'),
      wanted: ['demo'],
    },
    {
      name: 'are there when mail goes to Mailpit',
      config: config(
        'a: { probes: { p: { tcp: "x:1" } } }',
        'notify: { email: { to: [a@b.c], from: w@b.c, smarthost: "mailpit:1025", require_tls: false } }\n',
      ),
      wanted: ['mailpit'],
    },
    { name: 'go away with the first real services', config: plain, wanted: [] },
  ] as const;
  test.each(cases)('$name', ({ config: given, wanted }) => {
    expect([...wantedParts(given)].filter((part) => part === 'demo' || part === 'mailpit')).toEqual(wanted);
  });
});

describe('the parts of a kind', () => {
  const cases = [
    { name: 'go away where nothing has it', services: 'app: { metrics: "http://app/" }', wanted: [] },
    { name: 'are there for this machine', services: 'here: { kind: host }', wanted: ['node-exporter'] },
    { name: 'are there for its containers', services: 'c: { kind: containers }', wanted: ['cadvisor'] },
    {
      name: 'go away where another machine has its own',
      services: 'there: { kind: host, metrics: "http://there:9100/metrics" }',
      wanted: [],
    },
  ] as const;
  test.each(cases)('$name', ({ services, wanted }) => {
    const found = [...wantedParts(config(services))];
    expect(found.filter((part) => part === 'node-exporter' || part === 'cadvisor')).toEqual(wanted);
  });
});

const exporter = { service: 'cache', target: { kind: 'redis', host: 'cache', port: 6379 } } as const;

describe('natively', () => {
  const options = { config: plain, data: '/data', out: '/data/config', present: new Set(['loki'] as const) };
  const native = nativeSurroundings({ ...options, ports: { prometheus: 19_090 } });

  test('parts have addresses of this host, and the ports they were given', () => {
    expect(native.address('prometheus')).toBe('127.0.0.1:19090');
    expect(native.address('loki')).toBe('127.0.0.1:3100');
    expect(native.reach('prometheus:9090')).toBe('127.0.0.1:19090');
    expect(native.reach('mailpit:1025')).toBe('127.0.0.1:1025');
    expect(native.reach('panel.example.org:443')).toBe('panel.example.org:443');
    expect([native.has('loki'), native.has('prometheus')]).toEqual([true, false]);
  });

  test('exporters have the ports that were chosen for them, where they run', () => {
    const exporters = new Map([['redis-exporter-cache', 9122]]);
    expect(nativeSurroundings({ ...options, exporters }).exporter(exporter)).toBe('127.0.0.1:9122');
    expect(native.exporter(exporter)).toBeUndefined();
  });

  test('folders are below the data folder', () => {
    expect(native.folder('alerts')).toBe('/data/config/alerts/generated');
    expect(native.data('loki')).toBe('/data/loki');
  });

  test('a secret that Compose would mount lies beside the file', () => {
    expect(native.secret('/run/secrets/slack_webhook_url')).toBe('/etc/mine/secrets/slack_webhook_url');
    expect(native.secret('/elsewhere/token')).toBe('/elsewhere/token');
    expect(native.secret('token')).toBe('/etc/mine/token');
  });
});

test('in containers parts have names, and secrets are mounted', () => {
  const compose = composeSurroundings(plain);
  expect(compose.address('prometheus')).toBe('prometheus:9090');
  expect(compose.reach('mailpit:1025')).toBe('mailpit:1025');
  expect(compose.exporter(exporter)).toBe('redis-exporter-cache:9121');
  expect(compose.folder('alerts')).toBe('/etc/watchpost/alerts');
  expect(compose.secret(join('/run/secrets', 'x'))).toBe('/run/secrets/x');
});
