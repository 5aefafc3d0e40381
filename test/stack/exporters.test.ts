// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how watchpost.yaml and Compose write a variable
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateAll } from '../../cli/generators.ts';
import { composeSurroundings } from '../../cli/surroundings.ts';
import { generateCompose } from '../../compose/index.ts';
import { loadConfig, renderDiagnostics } from '../../config/index.ts';
import { findings, imageOf, missing } from '../support/found.ts';
import { imageVariables, type TestImage } from '../support/images.ts';
import { must, run } from '../support/shell.ts';

const lacking = missing([
  'servers',
  'prometheus',
  'node-exporter',
  'postgres-exporter',
  'redis-exporter',
  'nginx-exporter',
]);
const withContainers = missing(['cadvisor']) === undefined;

/** Of all that a URL and Compose take for their own; a space is what postgres_exporter cannot take. */
const password = 'p@ss/w:rd%$x';

/** As an operator would write it: the servers are those of compose.override.yaml. */
const configuration = `stack: shop
services:
  orders:
    kind: postgres
    team: data
    labels: { tier: gold }
    probes:
      query: { postgres: "postgres://monitor:\${ORDERS_PASSWORD}@db:5432/app" }
  archive:
    kind: postgres
    team: data
    exporter: { address: "db:5432", username: monitor, password_file: /run/secrets/archive_password }
  sessions:
    kind: redis
    exporter: { address: "cache:6379", password_file: /run/secrets/sessions_password }
  # Its exporter is the one above, as if it were the operator's own.
  scraped: { kind: redis, team: web, metrics: "http://redis-exporter-sessions:9121/metrics" }
  closed: { kind: redis, probes: { ping: { redis: "cache:6379", password: "\${WRONG_PASSWORD}" } } }
  gone: { kind: postgres, exporter: { address: "db:5433", username: monitor } }
  edge: { kind: nginx, team: web, exporter: { status_url: "http://web:8080/stub_status" } }
  here: { kind: host, team: ops }
${withContainers ? '  boxes: { kind: containers, team: ops }\n' : ''}`;

const startDatabase = [
  'su postgres -c "initdb -D /tmp/db --auth-local=trust --auth-host=scram-sha-256 >/dev/null"',
  'echo "host all all all scram-sha-256" >> /tmp/db/pg_hba.conf',
  'su postgres -c "pg_ctl -D /tmp/db -o \'-c listen_addresses=\' -l /tmp/log -w start >/dev/null"',
  'su postgres -c "psql -q -f /setup/setup.sql"',
  'su postgres -c "pg_ctl -D /tmp/db -w stop >/dev/null"',
  'exec su postgres -c "exec postgres -D /tmp/db -c listen_addresses=\'*\'"',
].join('\n');

const setup = `create role monitor login password '${password}';
grant pg_monitor to monitor;
create database app;
`;

const nginxConfiguration = `daemon off;
error_log /dev/stderr;
events {}
http { server { listen 8080; access_log off; location = /stub_status { stub_status; } } }
`;

describe.skipIf(lacking)(`exporters of a kind${lacking ? ` (${lacking})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-exporters-'));
  const found = findings().images;
  const env = {
    ...imageVariables(new Map(Object.entries(found)) as ReadonlyMap<TestImage, NonNullable<(typeof found)['node']>>),
    COMPOSE_PROJECT_NAME: `watchpost-exporters-${process.pid}`,
    // As it stands in a URL, and as it is.
    ORDERS_PASSWORD: encodeURIComponent(password),
    WRONG_PASSWORD: 'wrong',
  };
  const compose = (...args: string[]) => must('docker', ['compose', ...args], { cwd: folder, env, timeoutMs: 300_000 });
  let prometheus = '';
  let exporters: readonly string[] = [];

  beforeAll(async () => {
    const file = join(folder, 'watchpost.yaml');
    const loaded = loadConfig(configuration, { file, env: {}, mode: 'generate' });
    if ('diagnostics' in loaded) throw new Error(renderDiagnostics(loaded.diagnostics, configuration));
    const surroundings = composeSurroundings(loaded.config);
    const generated = [...generateAll(loaded.config, surroundings), ...generateCompose(loaded.config, surroundings)];
    for (const { path, content } of generated) write(path, content);
    for (const name of ['archive', 'sessions']) write(`secrets/${name}_password`, `${password}\n`);
    write('servers/setup.sql', setup);
    write('servers/nginx.conf', nginxConfiguration);
    write('compose.override.yaml', overrides());
    const services = (await compose('config', '--services')).trim().split('\n');
    exporters = services.filter((name) => name.includes('-exporter') || name === 'cadvisor');
    await compose(
      ...['up', '-d', '--wait', '--wait-timeout', '120', '--no-build', '--no-deps'],
      ...['db', 'cache', 'web', 'prometheus', ...exporters],
    );
    prometheus = `http://${(await compose('port', 'prometheus', '9090')).trim()}`;
  });
  afterAll(async () => {
    const down = ['compose', 'down', '-v', '--remove-orphans', '--timeout', '2'];
    await run('docker', down, { cwd: folder, env, timeoutMs: 120_000 });
    rmSync(folder, { recursive: true, force: true });
  });

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o444 });
  }

  /** The servers, and no port of this machine taken. */
  function overrides(): string {
    const server = (script: string) => ({
      image: imageOf('servers'),
      entrypoint: ['sh', '-c', script.replaceAll('$', '$$$$')],
    });
    const services = {
      prometheus: '{ ports: !override ["127.0.0.1::9090"], depends_on: !reset {} }',
      'node-exporter': '{ ports: !override [] }',
      ...(withContainers && { cadvisor: '{ ports: !override [] }' }),
      db: JSON.stringify({ ...server(startDatabase), volumes: ['./servers:/setup:ro'] }),
      cache: JSON.stringify({
        ...server(`exec redis-server --bind 0.0.0.0 --requirepass "$(cat /run/secrets/sessions_password)"`),
        secrets: ['sessions_password'],
      }),
      web: JSON.stringify({ ...server('exec nginx -c /setup/nginx.conf'), volumes: ['./servers:/setup:ro'] }),
    };
    return `services:\n${Object.entries(services)
      .map(([name, text]) => `  ${name}: ${text}\n`)
      .join('')}`;
  }

  /** Labels and value of each series, once `holds`, in the order of the services. */
  async function query(promql: string, holds: (samples: readonly Sample[]) => boolean): Promise<readonly Sample[]> {
    let samples: readonly Sample[] = [];
    for (let i = 0; i < 60; i++) {
      const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`);
      const { data } = (await answer.json()) as Answer;
      samples = data.result
        .map(({ metric, value }) => ({ metric, value: value[1] }))
        .sort((a, b) => (a.metric.service ?? '').localeCompare(b.metric.service ?? ''));
      if (holds(samples)) break;
      await sleep(1_000);
    }
    return samples;
  }

  const all = (count: number) => (samples: readonly Sample[]) => samples.length === count;

  test('answer Prometheus, each under its kind with the name, the team and the labels of its service', async () => {
    const isUp = (samples: readonly Sample[]) => samples.length >= 8 && samples.every(({ value }) => value === '1');
    const up = await query('up{job=~"postgres|redis|nginx|host"}', isUp);
    expect(up.map(({ metric, value }) => [metric.job, metric.service, metric.team, metric.tier ?? '', value])).toEqual([
      ['postgres', 'archive', 'data', '', '1'],
      ['redis', 'closed', 'default', '', '1'],
      ['nginx', 'edge', 'web', '', '1'],
      ['postgres', 'gone', 'default', '', '1'],
      ['host', 'here', 'ops', '', '1'],
      ['postgres', 'orders', 'data', 'gold', '1'],
      ['redis', 'scraped', 'web', '', '1'],
      ['redis', 'sessions', 'default', '', '1'],
    ]);
  });

  test('log in by the password of a file or of the variable of the probe, and say so where they cannot', async () => {
    const pages = await query('pg_up or redis_up or nginx_up', (samples) => {
      const values = Object.fromEntries(samples.map(({ metric, value }) => [metric.service, value]));
      return ['orders', 'archive', 'sessions', 'edge'].every((name) => values[name] === '1') && samples.length === 7;
    });
    expect(pages.map(({ metric: { instance: _, ...metric }, value }) => ({ ...metric, value }))).toEqual([
      { __name__: 'pg_up', job: 'postgres', service: 'archive', team: 'data', value: '1' },
      { __name__: 'redis_up', job: 'redis', service: 'closed', team: 'default', value: '0' },
      { __name__: 'nginx_up', job: 'nginx', service: 'edge', team: 'web', value: '1' },
      { __name__: 'pg_up', job: 'postgres', service: 'gone', team: 'default', value: '0' },
      { __name__: 'pg_up', job: 'postgres', service: 'orders', team: 'data', tier: 'gold', value: '1' },
      { __name__: 'redis_up', job: 'redis', service: 'scraped', team: 'web', value: '1' },
      { __name__: 'redis_up', job: 'redis', service: 'sessions', team: 'default', value: '1' },
    ]);
  });

  test('measure what their servers say', async () => {
    const [connections] = await query('pg_settings_max_connections{service="orders"}', all(1));
    expect(connections?.value).toBe('100');
    const [memory] = await query('redis_memory_used_bytes{service="sessions"}', all(1));
    expect(Number(memory?.value)).toBeGreaterThan(100_000);
    const [accepted] = await query('nginx_connections_accepted{service="edge"}', all(1));
    expect(Number(accepted?.value)).toBeGreaterThan(0);
    const [host] = await query('node_memory_MemTotal_bytes{job="host",service="here"}', all(1));
    expect(Number(host?.value)).toBeGreaterThan(1_000_000);
  });

  test.skipIf(!withContainers)(
    `the containers of this host have names${withContainers ? '' : ` (${missing(['cadvisor'])})`}`,
    async () => {
      const named = await query(
        'container_start_time_seconds{job="containers",service="boxes",team="ops",container_label_com_docker_compose_service="cache"}',
        (samples) => samples.length > 0,
      );
      expect(named.map(({ metric }) => metric.name)).toEqual([`${env.COMPOSE_PROJECT_NAME}-cache-1`]);
    },
  );

  test('run as nobody, with nothing to write to, and keep passwords out of what Docker shows', async () => {
    const ids = (await compose('ps', '-q', ...exporters)).trim().split('\n');
    const shown = await must('docker', ['inspect', ...ids]);
    const containers = JSON.parse(shown) as readonly Inspected[];
    for (const { Config, HostConfig } of containers.filter((one) => !one.Name.includes('cadvisor'))) {
      expect(Config.User).toBe('65534:65534');
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false });
    }
    // What the operator gave as a variable is Docker's to know, as that of every container.
    expect(shown.replaceAll(env.ORDERS_PASSWORD, '')).not.toContain(password);
  });
});

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: string;
}

/** What the test looks at of an answer of Prometheus; a missing field fails it. */
interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Sample['metric']; readonly value: readonly [number, string] }[];
  };
}

interface Inspected {
  readonly Name: string;
  readonly Config: { readonly User: string };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}
