import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composeForTest } from '../test/support/generator-input.ts';
import { exporterCommand, readingFiles } from './exporter-command.ts';
import type { ExporterTarget } from './exporters.ts';

function command(target: ExporterTarget) {
  return exporterCommand({ service: 'x', target }, '0.0.0.0:1', composeForTest());
}

const parameters = 'connect_timeout=3&application_name=postgres_exporter';
const postgres = { kind: 'postgres', host: 'db', port: 5432, username: 'monitor', database: 'app' } as const;
const redis = { kind: 'redis', host: 'cache', port: 6379 } as const;
const nothing = { env: {}, fromVariables: {}, fromFiles: {} };

describe('exporterCommand', () => {
  const cases = [
    {
      name: 'asks PostgreSQL without TLS unless told otherwise',
      target: { ...postgres, password: { file: '/run/secrets/p' } },
      wanted: {
        ...nothing,
        env: {
          DATA_SOURCE_URI: `db:5432/app?sslmode=disable&${parameters}`,
          DATA_SOURCE_USER: 'monitor',
          DATA_SOURCE_PASS_FILE: '/run/secrets/p',
        },
      },
    },
    {
      name: 'takes the password of a probe from the variable beside its URL',
      target: { ...postgres, tls: { verify: false }, password: { variable: 'PGPASSWORD', inUrl: false } },
      wanted: {
        ...nothing,
        env: { DATA_SOURCE_URI: `db:5432/app?sslmode=require&${parameters}`, DATA_SOURCE_USER: 'monitor' },
        fromVariables: { DATA_SOURCE_PASS: [{ variable: 'PGPASSWORD' }] },
      },
    },
    {
      name: 'puts a variable that stands in the URL of a probe, percent-encoded, into a URL again',
      target: {
        ...postgres,
        host: '::1',
        username: 'me@shop',
        database: 'my app',
        password: { variable: 'PGPASSWORD', inUrl: true },
      },
      wanted: {
        ...nothing,
        fromVariables: {
          DATA_SOURCE_NAME: [
            'postgresql://me%40shop:',
            { variable: 'PGPASSWORD' },
            `@[::1]:5432/my%20app?sslmode=disable&${parameters}`,
          ],
        },
      },
    },
    {
      name: 'has a shell read the password of Redis',
      target: { ...redis, username: 'monitor', password: { file: '/run/secrets/r' }, tls: { verify: true } },
      wanted: {
        ...nothing,
        env: { REDIS_ADDR: 'rediss://cache:6379', REDIS_USER: 'monitor' },
        fromFiles: { REDIS_PASSWORD: '/run/secrets/r' },
      },
    },
    {
      name: 'asks a Redis without a password',
      target: redis,
      wanted: { ...nothing, env: { REDIS_ADDR: 'redis://cache:6379' } },
    },
  ] as const;
  test.each(cases)('$name', ({ target, wanted }) => {
    const { args: _, ...rest } = command(target);
    expect(rest).toEqual(wanted);
  });

  test('gives up before Prometheus does', () => {
    expect(command(redis).args).toContain('--connection-timeout=3s');
    expect(command({ kind: 'nginx', statusUrl: 'http://nginx/' }).args).toContain('--nginx.timeout=3s');
    expect(command(postgres).args).toContain('--collection-timeout=3s');
  });

  test('trusts what it is told to', () => {
    const tls = { verify: false, caFile: '/run/secrets/ca.pem' };
    expect(command({ ...redis, tls }).args.slice(-2)).toEqual([
      '--skip-tls-verification',
      '--tls-ca-cert-file=/run/secrets/ca.pem',
    ]);
    expect(command({ kind: 'nginx', statusUrl: 'https://nginx/', tls }).args.slice(-2)).toEqual([
      '--no-nginx.ssl-verify',
      '--nginx.ssl-ca-cert=/run/secrets/ca.pem',
    ]);
  });
});

test('a shell reads each file, whatever its name, and becomes the program', () => {
  const folder = mkdtempSync(join(tmpdir(), "it's $HOME-"));
  try {
    const file = join(folder, 'password');
    writeFileSync(file, 'hunter2 $x "y"\n');
    const program = ['printenv', 'REDIS_PASSWORD'];
    const printed = execFileSync('sh', ['-c', readingFiles({ REDIS_PASSWORD: file }), ...program], {
      encoding: 'utf8',
    });
    expect(printed).toBe('hunter2 $x "y"\n');
    const missing = readingFiles({ REDIS_PASSWORD: join(folder, 'none') });
    expect(() => execFileSync('sh', ['-c', missing, 'true'], { stdio: 'pipe' })).toThrow(/none/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
