// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how watchpost.yaml writes a variable
import { expect, test } from 'vitest';
import { loadConfig, renderDiagnostics, type ServiceConfig } from './index.ts';

/** As a generator reads it: no variable has a value. */
function load(service: string): ServiceConfig {
  const source = `stack: shop\nservices:\n  it: { ${service} }\n`;
  const loaded = loadConfig(source, { file: 'watchpost.yaml', env: {}, mode: 'generate' });
  if ('diagnostics' in loaded) throw new Error(renderDiagnostics(loaded.diagnostics, source));
  const [only] = loaded.config.services;
  if (!only) throw new Error('no service');
  return only;
}

const exporters = [
  {
    name: 'all of it from the probe, and the password from the same variable, percent-encoded',
    service: 'kind: postgres, probes: { q: { postgres: "postgres://me%40shop:${PG}@db.example.org:6000/app" } }',
    wanted: {
      kind: 'postgres',
      host: 'db.example.org',
      port: 6000,
      username: 'me@shop',
      database: 'app',
      password: { variable: 'PG', inUrl: true },
    },
  },
  {
    name: 'a password that stands beside the URL, as it is',
    service:
      'kind: postgres, probes: { q: { postgres: "postgres://me@[fd00::1]/app?sslmode=require", password: "${PG}" } }',
    wanted: {
      kind: 'postgres',
      host: 'fd00::1',
      port: 5432,
      username: 'me',
      database: 'app',
      password: { variable: 'PG', inUrl: false },
      tls: { verify: false },
    },
  },
  {
    name: 'what `exporter` says before what the probe says, and never the password of another user',
    service:
      'kind: postgres, exporter: { address: "other:5433", username: exporter, tls: true }, probes: { q: { postgres: "postgres://me:${PG}@db/app" } }',
    wanted: {
      kind: 'postgres',
      host: 'other',
      port: 5433,
      username: 'exporter',
      database: 'app',
      tls: { verify: true },
    },
  },
  {
    name: 'a file before the variable',
    service:
      'kind: postgres, exporter: { password_file: /run/secrets/pg }, probes: { q: { postgres: "postgres://me:${PG}@db" } }',
    wanted: {
      kind: 'postgres',
      host: 'db',
      port: 5432,
      username: 'me',
      database: 'postgres',
      password: { file: '/run/secrets/pg' },
    },
  },
  {
    name: 'nothing in which a variable stands',
    service:
      'kind: postgres, exporter: { address: "db:5432", username: me }, probes: { q: { postgres: "postgres://${ME}@${DB}:5432/${APP}" } }',
    wanted: { kind: 'postgres', host: 'db', port: 5432, username: 'me', database: 'postgres' },
  },
  {
    name: 'the server of the exporter alone',
    service: 'kind: postgres, exporter: { address: "db:5432", username: me, database: app, ca_file: /etc/ca.pem }',
    wanted: {
      kind: 'postgres',
      host: 'db',
      port: 5432,
      username: 'me',
      database: 'app',
      tls: { verify: true, caFile: '/etc/ca.pem' },
    },
  },
  {
    name: 'a Redis by host and port',
    service: 'kind: redis, probes: { p: { redis: "cache:6380", username: me, password: "${PW}" } }',
    wanted: {
      kind: 'redis',
      host: 'cache',
      port: 6380,
      username: 'me',
      password: { variable: 'PW', inUrl: false },
    },
  },
  {
    name: 'a Redis with TLS as its probe has it',
    service: 'kind: redis, probes: { p: { redis: "rediss://cache/0", ca_file: /etc/ca.pem, trust: any } }',
    wanted: { kind: 'redis', host: 'cache', port: 6379, tls: { verify: false, caFile: '/etc/ca.pem' } },
  },
  {
    name: 'a host in umlauts as DNS has it',
    service: 'kind: redis, probes: { p: { redis: "redis://bücher.example:6380" } }',
    wanted: { kind: 'redis', host: 'xn--bcher-kva.example', port: 6_380 },
  },
  {
    name: 'a Redis without TLS where `exporter` says so',
    service: 'kind: redis, exporter: { address: "cache:6379", tls: false }, probes: { p: { redis: "rediss://cache" } }',
    wanted: { kind: 'redis', host: 'cache', port: 6379 },
  },
  {
    name: 'the status page of an nginx',
    service: 'kind: nginx, exporter: { status_url: "https://nginx/status", trust: any }',
    wanted: { kind: 'nginx', statusUrl: 'https://nginx/status', tls: { verify: false } },
  },
] as const;

test.each(exporters)('an exporter is told $name', ({ service, wanted }) => {
  expect(load(service).exporter).toEqual(wanted);
});

test('none is brought where one runs already, and none for a service without a kind', () => {
  expect(load('kind: redis, metrics: "http://cache:9121/metrics"')).toEqual({
    name: 'it',
    kind: 'redis',
    team: 'default',
    labels: {},
    dependsOn: [],
    metrics: 'http://cache:9121/metrics',
    probes: [],
  });
  expect(load('probes: { p: { redis: "cache:6379" } }').exporter).toBeUndefined();
});

test('units have the names that systemd gives them', () => {
  expect(load('kind: host, units: [nginx, docker.service, backup.timer, getty@tty1, nginx.service]')).toMatchObject({
    kind: 'host',
    units: ['nginx.service', 'docker.service', 'backup.timer', 'getty@tty1.service'],
  });
});
