// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how watchpost.yaml writes a variable
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../../cli/native/programs.ts';
import { startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { waitUntil } from '../../cli/wait-until.ts';
import { missing } from '../support/found.ts';
import { place } from '../support/native-place.ts';
import { startServer } from '../support/servers.ts';

const programs = ['prometheus', 'setpriv', 'postgres_exporter', 'redis_exporter'].map((name) => findProgram([name]));
const found = programs.filter((program) => program !== undefined);
/** Of the system: the shell that reads a password asks for it. */
const cat = findProgram(['cat']) ?? '';
const lacking =
  missing(['servers']) ?? (found.length < programs.length ? 'Prometheus and the exporters are not on PATH' : undefined);

const password = 'p@ss/w:rd%$x';

describe.skipIf(lacking)(`natively${lacking ? ` (${lacking})` : ''}`, () => {
  test('exporters run beside Prometheus, each logged in, and a missing one is named', {
    timeout: 180_000,
  }, async () => {
    await using cache = await startServer({
      command: `exec redis-server --bind 0.0.0.0 --requirepass '${password}'`,
      ports: [6379],
      ready: /Ready to accept connections/,
    });
    await using database = await startServer({
      command: [
        'su postgres -c "initdb -D /tmp/db --auth-local=trust --auth-host=scram-sha-256 >/dev/null"',
        'echo "host all all all scram-sha-256" >> /tmp/db/pg_hba.conf',
        `echo "create role monitor login password '${password.replaceAll('$', '\\$')}'" > /tmp/setup.sql`,
        `su postgres -c "pg_ctl -D /tmp/db -o '-c listen_addresses=' -l /tmp/log -w start >/dev/null && psql -qf /tmp/setup.sql && pg_ctl -D /tmp/db -w stop >/dev/null"`,
        `exec su postgres -c "exec postgres -D /tmp/db -c listen_addresses='*'"`,
      ].join('\n'),
      ports: [5432],
      ready: /ready to accept connections/,
    });
    await using here = await place([...found, cat]);
    const text = await readFile(here.config, 'utf8');
    const services = `services:
  orders:
    kind: postgres
    probes: { query: { postgres: "postgres://monitor:\${PGPASSWORD}@127.0.0.1:${database.port(5432)}/postgres" } }
  sessions:
    kind: redis
    exporter: { address: "127.0.0.1:${cache.port(6379)}", password_file: /run/secrets/sessions }
  more: { kind: redis, exporter: { address: "127.0.0.1:${cache.port(6379)}", password_file: /run/secrets/sessions } }
  web: { kind: nginx, exporter: { status_url: "http://127.0.0.1:1/" } }
`;
    await writeFile(here.config, text.replace('services:\n', services));
    await appendFile(join(dirname(here.config), 'secrets/sessions'), `${password}\n`);

    const env = { ...here.env, PGPASSWORD: encodeURIComponent(password) };
    await using up = await startWatchpost(here.arguments, env);
    await up.says(/Stop {2,}Ctrl-C/, 60_000);
    const rows = up.output().match(/^ +\w+_exporter .*|^ +nginx-prometheus-exporter .*/gm) ?? [];
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['postgres_exporter (orders)', 'running', expect.stringMatching(/^http:\/\/127\.0\.0\.1:91\d\d$/)],
      ['redis_exporter (sessions)', 'running', expect.stringMatching(/^http:\/\/127\.0\.0\.1:91\d\d$/)],
      ['redis_exporter (more)', 'running', expect.stringMatching(/^http:\/\/127\.0\.0\.1:91\d\d$/)],
      ['nginx-prometheus-exporter (web)', 'missing', 'apt-get install prometheus-nginx-exporter'],
    ]);

    let answer: readonly (readonly [string | undefined, string])[] = [];
    await waitUntil({ limitMs: 30_000 }, async () => {
      answer = await query(`${here.url('prometheus')}/api/v1/query?query=${encodeURIComponent('pg_up or redis_up')}`);
      return answer.length === 3 && answer.every(([, value]) => value === '1');
    });
    expect(answer).toEqual([
      ['more', '1'],
      ['orders', '1'],
      ['sessions', '1'],
    ]);
    expect(await up.stop('SIGINT')).toBe(0);
    expect(up.output()).not.toContain('started again');
  });
});

async function query(url: string): Promise<readonly (readonly [string | undefined, string])[]> {
  const response = await fetch(url);
  const { data } = (await response.json()) as Answer;
  return data.result
    .map(({ metric, value }) => [metric.service, value[1]] as const)
    .sort(([a = ''], [b = '']) => a.localeCompare(b));
}

/** What the test looks at of an answer of Prometheus; a missing field fails it. */
interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}
