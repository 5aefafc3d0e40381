// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how Compose writes a variable
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { Config, ProbeConfig } from '../config/model.ts';
import { images, parts } from '../stack/parts.ts';
import { composeForTest, configForTest, serviceForTest } from '../test/support/generator-input.ts';
import { generateCompose } from './index.ts';

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly restart: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly devices?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pid?: string;
  readonly network_mode?: string;
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly (
    | string
    | { readonly source: string; readonly target: string; readonly read_only: boolean }
  )[];
  readonly environment?: readonly string[] | Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly mem_limit?: string;
  readonly logging?: unknown;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

function text(config: Config, surroundings = composeForTest()): string {
  const [file, ...others] = generateCompose(config, surroundings);
  expect(others).toEqual([]);
  expect(file?.path).toBe('compose.yaml');
  return file?.content ?? '';
}

/** What an independent reader makes of it, with the shared block merged in. */
function read(config: Config, surroundings = composeForTest()): ComposeFile {
  const file = load(text(config, surroundings)) as ComposeFile;
  const services = Object.entries(file.services).map(([name, service]) => [name, { ...merged(service), ...service }]);
  return { ...file, services: Object.fromEntries(services) };
}

function merged(service: Service): object {
  return '<<' in service && typeof service['<<'] === 'object' && service['<<'] !== null ? service['<<'] : {};
}

function probe(options: unknown): ProbeConfig {
  const timing = { everyMs: 10_000, timeoutMs: 5_000, confirm: 2, recover: 2, severity: 'critical' } as const;
  return { service: 'shop', name: 'live', kind: 'http', options, ...timing, atOnePlace: false, awaitsMs: 0 };
}

const plain = configForTest();
const full = configForTest({
  variables: ['PGPASSWORD', 'TOKEN'],
  services: [
    serviceForTest({
      name: 'shop',
      logs: { kind: 'file', glob: '/srv/shop/log/*.log' },
      probes: [probe({ value: 'https://shop', options: { ca_file: '/run/secrets/ca.pem', headers: {} } })],
    }),
    serviceForTest({ name: 'edge', logs: { kind: 'unit', unit: 'nginx.service' } }),
    serviceForTest({ name: 'here', kind: 'host', units: ['docker.service', 'nginx.service'] }),
    serviceForTest({ name: 'containers', kind: 'containers' }),
    serviceForTest({
      name: 'orders',
      kind: 'postgres',
      exporter: {
        kind: 'postgres',
        host: 'db',
        port: 5432,
        username: 'monitor',
        database: 'app',
        password: { file: '/run/secrets/orders_password' },
        tls: { verify: true, caFile: '/run/secrets/ca.pem' },
      },
    }),
    serviceForTest({
      name: 'cache',
      kind: 'redis',
      exporter: { kind: 'redis', host: 'cache', port: 6379, password: { file: '/run/secrets/cache_password' } },
    }),
    serviceForTest({
      name: 'web',
      kind: 'nginx',
      exporter: { kind: 'nginx', statusUrl: 'http://nginx/status?a=$b' },
    }),
  ],
  notify: {
    slack: { webhookUrlFile: '/run/secrets/slack_webhook_url' },
    email: {
      to: ['a@example.org'],
      from: 'w@example.org',
      smarthost: { host: 'smtp.example.org', port: 587 },
      passwordFile: '/run/secrets/smtp_password',
      requireTls: true,
    },
    teams: { data: { slack: { webhookUrlFile: '/etc/elsewhere/slack' } } },
  },
});
const services = Object.entries(read(full).services).map(([name, service]) => ({ name, service }));

describe('every service', () => {
  test.for(services)('$name publishes its ports on this machine only', ({ service }) => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  test.for(services)('$name has no more rights than it needs', ({ service }) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: expect.arrayContaining(['no-new-privileges:true']),
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    });
    expect(service.privileged).toBeUndefined();
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
  });

  test.for(services)('$name names its image once, by its variable', ({ service }) => {
    const known = Object.values(images).map(({ variable, image }) => `\${${variable}:-${image}}`);
    expect(known).toContain(service.image);
  });

  test.for(services.filter(({ service }) => !service.profiles))(
    '$name says when it is healthy, and as whom it runs',
    ({ name, service }) => {
      // That image holds one program, and nothing that could ask it.
      if (name !== 'nginx-exporter-web') expect(service.healthcheck?.test[0]).toBe('CMD');
      expect(service.user).toMatch(/^\d+:\d+$/);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  test.for(services)('$name is given generated files by the folder, and cannot write them', ({ service }) => {
    const own = (service.volumes ?? []).filter((volume) => typeof volume === 'string' && volume.startsWith('./'));
    for (const volume of own) expect(volume).toMatch(/^\.\/(\w+)\/generated:\/etc\/watchpost\/\1:ro$/);
  });
});

test('whoever has more rights than the rest is known, and says why in the file', () => {
  const more = services.flatMap(({ name, service }) => [
    ...(service.user?.startsWith('0:') ? [`${name} is root`] : []),
    ...(service.pid ? [`${name} sees the processes of the host`] : []),
    ...(service.cap_add ?? []).map((right) => `${name} has ${right}`),
    ...(service.devices ?? []).map((device) => `${name} has ${device}`),
    ...(service.security_opt ?? []).slice(1).map((option) => `${name} has ${option}`),
    ...(service.volumes ?? []).flatMap((volume) => {
      if (typeof volume !== 'string')
        return volume.source.endsWith('socket') ? [`${name} mounts ${volume.source}`] : [];
      return volume.startsWith('/') ? [`${name} mounts ${volume}`] : [];
    }),
  ]);
  expect(more.sort()).toEqual([
    'alloy has DAC_READ_SEARCH',
    'alloy is root',
    'cadvisor has /dev/kmsg',
    'cadvisor has SYSLOG',
    'cadvisor is root',
    'cadvisor mounts /sys:/sys:ro',
    'cadvisor mounts /var/lib/docker:/var/lib/docker:ro',
    'cadvisor mounts /var/run/docker.sock:/var/run/docker.sock:ro',
    'docker-proxy is root',
    'docker-proxy mounts /var/run/docker.sock:/var/run/docker.sock:ro',
    'node-exporter has apparmor:unconfined',
    'node-exporter mounts /:/host:ro',
    'node-exporter mounts /run/dbus/system_bus_socket',
    'node-exporter sees the processes of the host',
  ]);
  expect(text(full).match(/# Exception: /g)).toHaveLength(more.length);
});

describe('what the configuration decides', () => {
  test('nothing configured: no secret, no variable, no demo, no Mailpit, no file of the host', () => {
    const file = read(plain, composeForTest(['demo', 'mailpit', 'cadvisor']));
    expect(file.secrets).toBeUndefined();
    expect(file.services.watchpost?.environment).toBeUndefined();
    expect(file.services.watchpost?.depends_on).toEqual({ alertmanager: { condition: 'service_started' } });
    expect(Object.keys(file.services)).toEqual([
      'watchpost',
      'prometheus',
      'alertmanager',
      'loki',
      'grafana',
      'alloy',
      'node-exporter',
      'docker-proxy',
      'generate',
    ]);
    expect(file.services.alloy?.cap_add).toBeUndefined();
  });

  test('the log collector reaches the engine through its proxy, on a network where nobody else is', () => {
    const { services: all, networks } = read(full);
    expect(Object.keys(all).filter((name) => all[name]?.networks?.includes('docker'))).toEqual([
      'alloy',
      'docker-proxy',
    ]);
    expect([all.alloy?.networks, all['docker-proxy']?.networks]).toEqual([['default', 'docker'], ['docker']]);
    expect([networks, all['docker-proxy']?.ports]).toEqual([{ docker: { internal: true } }, undefined]);
  });

  test('syslog is taken where it is told to, once a service has some', () => {
    const fw1 = serviceForTest({ name: 'fw1', logs: { kind: 'syslog', host: 'fw1' } });
    const of = (host: string) =>
      read(configForTest({ services: [fw1], syslog: { listen: { host, port: 514 }, format: 'rfc5424' } })).services
        .alloy;
    expect(of('10.0.0.1')?.ports?.slice(1)).toEqual(['10.0.0.1:514:1514', '10.0.0.1:514:1514/udp']);
    expect(of('::1')?.ports?.slice(1)).toEqual(['[::1]:514:1514', '[::1]:514:1514/udp']);
    expect(read(plain).services.alloy?.ports).toEqual(['127.0.0.1:12345:12345']);
  });

  test('the demo starts before it is probed', () => {
    expect(read(plain).services.watchpost?.depends_on?.demo).toEqual({ condition: 'service_healthy' });
  });

  test('secrets go to the services that need them, and only those that the file names below /run/secrets', () => {
    const { secrets, services: all } = read(full);
    expect(secrets).toEqual({
      'ca.pem': { file: './secrets/ca.pem' },
      cache_password: { file: './secrets/cache_password' },
      orders_password: { file: './secrets/orders_password' },
      slack_webhook_url: { file: './secrets/slack_webhook_url' },
      smtp_password: { file: './secrets/smtp_password' },
    });
    const given = Object.entries(all).flatMap(([name, service]) => (service.secrets ? [[name, service.secrets]] : []));
    expect(given).toEqual([
      ['watchpost', ['ca.pem', 'slack_webhook_url', 'smtp_password']],
      ['alertmanager', ['slack_webhook_url', 'smtp_password']],
      ['postgres-exporter-orders', ['ca.pem', 'orders_password']],
      ['redis-exporter-cache', ['cache_password']],
    ]);
  });

  test('the key to a bucket reaches Loki, which is told where it lies, and nobody else', () => {
    const s3 = { bucket: 'logs', region: 'eu', credentialsFile: '/run/secrets/s3_credentials' };
    const { secrets, services: all } = read(configForTest({ s3 }));
    expect(secrets).toEqual({ s3_credentials: { file: './secrets/s3_credentials' } });
    expect(Object.keys(all).filter((name) => all[name]?.secrets)).toEqual(['loki']);
    expect(all.loki).toMatchObject({
      secrets: ['s3_credentials'],
      environment: { AWS_SHARED_CREDENTIALS_FILE: '/run/secrets/s3_credentials' },
    });
  });

  test('variables reach the probe service by name, and nobody else', () => {
    const { watchpost, ...others } = read(full).services;
    expect(watchpost?.environment).toEqual(['PGPASSWORD', 'TOKEN']);
    expect(JSON.stringify(others)).not.toContain('PGPASSWORD');
  });

  test('the collector sees the folders of log files below /host, and the journal where it is', () => {
    const bound = read(full).services.alloy?.volumes?.filter((volume) => typeof volume === 'object');
    const readOnly = { type: 'bind', read_only: true, bind: { create_host_path: false } };
    expect(bound).toEqual([
      { source: '/var/log', target: '/var/log', ...readOnly },
      { source: '/run/log', target: '/run/log', ...readOnly },
      { source: '/etc/machine-id', target: '/etc/machine-id', ...readOnly },
      { source: '/srv/shop/log', target: '/host/srv/shop/log', ...readOnly },
    ]);
  });
});

describe('exporters', () => {
  const { services: all } = read(full);

  test('are told what to ask, and read the password themselves', () => {
    expect(all['postgres-exporter-orders']).toMatchObject({
      command: ['--web.listen-address=0.0.0.0:9187', '--collection-timeout=3s'],
      environment: {
        DATA_SOURCE_URI:
          'db:5432/app?sslmode=verify-full&connect_timeout=3&application_name=postgres_exporter&sslrootcert=%2Frun%2Fsecrets%2Fca.pem',
        DATA_SOURCE_USER: 'monitor',
        DATA_SOURCE_PASS_FILE: '/run/secrets/orders_password',
      },
    });
    expect(all['nginx-exporter-web']?.command).toContain('--nginx.scrape-uri=http://nginx/status?a=$$b');
  });

  test('that cannot read a password from a file have a shell read it', () => {
    expect(all['redis-exporter-cache']).toMatchObject({
      entrypoint: [
        '/bin/sh',
        '-c',
        `REDIS_PASSWORD="$$(cat '/run/secrets/cache_password')" && export REDIS_PASSWORD && exec "$$0" "$$@"`,
        '/redis_exporter',
      ],
      environment: { REDIS_ADDR: 'redis://cache:6379' },
    });
  });

  test('publish no port: only Prometheus asks them', () => {
    const exporters = Object.entries(all).filter(([name]) => name.includes('-exporter-'));
    expect(exporters.flatMap(([name, { ports }]) => (ports ? [name] : []))).toEqual([]);
    expect(exporters).toHaveLength(3);
  });

  test('take the password of the probe from the same variable', () => {
    const exporter = {
      kind: 'redis',
      host: 'cache',
      port: 6379,
      password: { variable: 'CACHE_PASSWORD', inUrl: true },
    } as const;
    const config = configForTest({ services: [serviceForTest({ name: 'cache', kind: 'redis', exporter })] });
    expect(read(config).services['redis-exporter-cache']?.environment).toEqual({
      REDIS_ADDR: 'redis://:${CACHE_PASSWORD}@cache:6379',
    });
  });
});

describe('the stack as a whole', () => {
  const { services: all, volumes } = read(full);

  test('every part with a state has a volume of its own, where it writes', () => {
    const mounted = Object.values(all).flatMap((service) =>
      (service.volumes ?? []).filter((volume) => typeof volume === 'string' && /^\w/.test(volume)),
    );
    expect(mounted).toEqual([
      'watchpost:/watchpost',
      'prometheus:/prometheus',
      'alertmanager:/alertmanager',
      'loki:/loki',
      'grafana:/var/lib/grafana',
      'alloy:/var/lib/alloy',
    ]);
    expect(Object.keys(volumes ?? {})).toEqual(mounted.map((mount) => String(mount).split(':')[0]));
  });

  test('nothing ends by itself: up --wait would take that for a failure', () => {
    const once = Object.entries(all).filter(([, service]) => service.restart === 'no' && !service.profiles);
    expect(once).toEqual([]);
  });

  test('Grafana makes its password at the first start; none stands in the file', () => {
    const environment = all.grafana?.environment as Readonly<Record<string, string>>;
    // Compose reads `$$` as `$`.
    expect(environment.GF_SECURITY_ADMIN_PASSWORD).toBe('$$__file{/var/lib/grafana/admin-password}');
    expect(Object.entries(environment).filter(([name]) => /PASSWORD|SECRET/.test(name))).toHaveLength(1);
  });

  test('a `$` in a command is kept from Compose', () => {
    for (const { command = [] } of Object.values(all)) {
      for (const argument of command) expect(argument).not.toMatch(/(?<!\$)\$(?!\$)/);
    }
  });

  test('each part listens where the others look for it', () => {
    for (const [name, { ports = [] }] of Object.entries(all)) {
      if (name in parts)
        expect(ports[0]).toBe(
          `127.0.0.1:${parts[name as keyof typeof parts].port}:${parts[name as keyof typeof parts].port}`,
        );
    }
  });
});
