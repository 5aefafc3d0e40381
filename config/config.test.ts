// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how watchpost.yaml writes a variable
import { globSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { weekdays } from '../stack/maintenance.ts';
import { Secret } from '../stack/secret.ts';
import { type Config, type LoadOptions, loadConfig, type ProbeConfig, renderDiagnostics } from './index.ts';

function load(source: string, options: Partial<LoadOptions> = {}): Config {
  const loaded = loadConfig(source, { file: 'watchpost.yaml', env: {}, mode: 'run', ...options });
  if ('config' in loaded) return loaded.config;
  throw new Error(renderDiagnostics(loaded.diagnostics, source));
}

function onlyProbe(probe: string, options: Partial<LoadOptions> = {}, head = ''): ProbeConfig {
  const source = `stack: shop\n${head}services:\n  web: { probes: { home: ${probe} } }\n`;
  const [found] = load(source, options).services[0]?.probes ?? [];
  if (!found) throw new Error('no probe');
  return found;
}

describe('the shipped file and the examples', () => {
  const env = { PANEL_PROBE_TOKEN: 'hunter2', ORDERS_PASSWORD: 'hunter3', SESSIONS_PASSWORD: 'hunter4' };
  const files = globSync(['watchpost.yaml', 'examples/*.yaml']);

  test('there are six of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  test.each(files)('%s loads, as the service and as a generator read it', (file) => {
    const source = readFileSync(file, 'utf8');
    const [run, generate] = [load(source, { file, env }), load(source, { file, mode: 'generate' })];
    expect(run.services.map(({ name, probes }) => [name, probes.map((probe) => probe.name)])).toEqual(
      generate.services.map(({ name, probes }) => [name, probes.map((probe) => probe.name)]),
    );
    expect(source).toMatch(/^# yaml-language-server: \$schema=\S+watchpost\.schema\.json\n/);
  });

  test('no variable of the panel is visible in what was read', () => {
    const config = load(readFileSync('examples/panel.yaml', 'utf8'), { env });
    expect(config.variables).toEqual(['PANEL_PROBE_TOKEN']);
    expect(JSON.stringify(config) + inspect(config, { depth: 20 })).not.toContain('hunter2');
  });
});

test('every key arrives in the model', () => {
  const source = `
stack: panel
environment: staging
defaults: { every: 20s, timeout: 4s, confirm: 1, recover: 3 }
urls: { grafana: https://watch.example.org/, alertmanager: https://watch.example.org/am }
services:
  panel:
    team: ops
    labels: { colour: blue }
    depends_on: [db]
    slo: { availability: 99.9%, latency: { below: 300ms, for: 95% } }
    metrics: http://panel:39417/health/metrics
    logs: { container: panel }
    probes:
      port: { tcp: panel:39417, every: 5s, timeout: 2s, confirm: 0, severity: warning }
  db: { logs: { unit: postgresql.service } }
  nginx: { logs: { file: /var/log/nginx/*.log } }
  firewall: { logs: { syslog: fw1, first_line: "^\\\\S" } }
retention: 4w2d
logs: { s3: { bucket: shop-logs, region: eu, endpoint: "http://minio:9000", credentials_file: /run/secrets/s3 } }
syslog: { listen: "10.0.0.1:514", format: rfc3164 }
references: ["1.1.1.1:443", "bücher.example.:443"]
heartbeat_url_file: /run/secrets/heartbeat_url
rules: ./rules
location: ams
locations: { fra: "10.8.0.2:9815" }
office_hours: { from: "08:00", to: "18:30" }
maintenance:
  - { name: move, services: [panel], from: 2026-11-24T22:00+01:00, to: 2026-11-24 22:30:00Z }
  - { name: reboot, at: "04:00", for: 20m, days: [sat, sun], timezone: Europe/Berlin }
  - { name: nightly, at: "04:00:30", for: 1h }
notify:
  slack: { webhook_url_file: /run/secrets/slack, channel: "#alerts" }
  email:
    to: [oncall@example.org]
    from: watchpost@example.org
    smarthost: smtp.example.org:587
    username: watchpost
    password_file: /run/secrets/smtp
  teams:
    ops: { slack: { channel: "#ops" }, email: { to: [ops@example.org] } }
`;
  const email = {
    from: 'watchpost@example.org',
    smarthost: { host: 'smtp.example.org', port: 587 },
    username: 'watchpost',
    passwordFile: '/run/secrets/smtp',
    requireTls: true,
  };
  expect(load(source)).toEqual({
    file: 'watchpost.yaml',
    source,
    stack: 'panel',
    environment: 'staging',
    rules: './rules',
    retentionMs: 30 * 86_400_000,
    s3: {
      bucket: 'shop-logs',
      region: 'eu',
      endpoint: { hostPort: 'minio:9000', isPlain: true },
      credentialsFile: '/run/secrets/s3',
    },
    syslog: { listen: { host: '10.0.0.1', port: 514 }, format: 'rfc3164' },
    urls: {
      grafana: 'https://watch.example.org',
      alertmanager: 'https://watch.example.org/am',
      watchpost: 'http://127.0.0.1:9815',
    },
    variables: [],
    services: [
      {
        name: 'panel',
        team: 'ops',
        labels: { colour: 'blue' },
        dependsOn: ['db'],
        slo: { availability: 0.999, latency: { belowMs: 300, ratio: 0.95 }, windowMs: 30 * 86_400_000 },
        metrics: 'http://panel:39417/health/metrics',
        logs: { kind: 'container', container: 'panel' },
        probes: [
          {
            service: 'panel',
            name: 'port',
            kind: 'tcp',
            options: {
              value: { host: 'panel', port: 39417 },
              options: { expect: 'open', trust: 'chain', legacy_tls: false, ip: 'any', all_addresses: false },
            },
            everyMs: 5_000,
            timeoutMs: 2_000,
            confirm: 0,
            recover: 3,
            severity: 'warning',
            atOnePlace: false,
            awaitsMs: 0,
          },
        ],
      },
      {
        name: 'db',
        team: 'default',
        labels: {},
        dependsOn: [],
        logs: { kind: 'unit', unit: 'postgresql.service' },
        probes: [],
      },
      {
        name: 'nginx',
        team: 'default',
        labels: {},
        dependsOn: [],
        logs: { kind: 'file', glob: '/var/log/nginx/*.log' },
        probes: [],
      },
      {
        name: 'firewall',
        team: 'default',
        labels: {},
        dependsOn: [],
        logs: { kind: 'syslog', host: 'fw1', firstLine: '^\\S' },
        probes: [],
      },
    ],
    references: [
      { host: '1.1.1.1', port: 443 },
      { host: 'xn--bcher-kva.example.', port: 443 },
    ],
    heartbeatUrlFile: '/run/secrets/heartbeat_url',
    location: 'ams',
    locations: [{ name: 'fra', host: '10.8.0.2', port: 9815 }],
    quorum: 2,
    officeHours: { from: '08:00', to: '18:30', days: ['mon', 'tue', 'wed', 'thu', 'fri'], timeZone: 'UTC' },
    maintenance: [
      {
        name: 'move',
        services: ['panel'],
        when: { fromMs: Date.UTC(2026, 10, 24, 21), toMs: Date.UTC(2026, 10, 24, 22, 30) },
      },
      {
        name: 'reboot',
        services: ['panel', 'db', 'nginx', 'firewall'],
        when: { at: '04:00', forMs: 1_200_000, days: ['sat', 'sun'], timeZone: 'Europe/Berlin' },
      },
      {
        name: 'nightly',
        services: ['panel', 'db', 'nginx', 'firewall'],
        when: { at: '04:00:30', forMs: 3_600_000, days: weekdays, timeZone: 'UTC' },
      },
    ],
    notify: {
      slack: { webhookUrlFile: '/run/secrets/slack', channel: '#alerts' },
      email: { to: ['oncall@example.org'], ...email },
      teams: {
        ops: {
          slack: { webhookUrlFile: '/run/secrets/slack', channel: '#ops' },
          email: { to: ['ops@example.org'], ...email },
        },
      },
    },
  });
});

describe('interval and time limit', () => {
  test.each([
    { name: 'are 10s and 5s where nothing is said', probe: '', head: '', everyMs: 10_000, timeoutMs: 5_000 },
    { name: 'a short interval halves the limit', probe: ', every: 3s', head: '', everyMs: 3_000, timeoutMs: 1_500 },
    { name: 'a long interval leaves it at 5s', probe: ', every: 1h', head: '', everyMs: 3_600_000, timeoutMs: 5_000 },
    {
      name: 'a limit equal to the interval is fine',
      probe: ', timeout: 10s',
      head: '',
      everyMs: 10_000,
      timeoutMs: 10_000,
    },
    {
      name: 'the defaults of the file hold',
      probe: '',
      head: 'every: 30s, timeout: 9s',
      everyMs: 30_000,
      timeoutMs: 9_000,
    },
    {
      name: 'the interval of the file halves the limit too',
      probe: '',
      head: 'every: 2s',
      everyMs: 2_000,
      timeoutMs: 1_000,
    },
    {
      name: 'the probe wins over the file',
      probe: ', every: 5s, timeout: 1s',
      head: 'every: 30s, timeout: 9s',
      everyMs: 5_000,
      timeoutMs: 1_000,
    },
  ])('$name', ({ probe, head, everyMs, timeoutMs }) => {
    const found = onlyProbe(`{ tcp: "web:80"${probe} }`, {}, head ? `defaults: { ${head} }\n` : '');
    expect({ everyMs: found.everyMs, timeoutMs: found.timeoutMs }).toEqual({ everyMs, timeoutMs });
  });
});

describe('variables', () => {
  const address = (probe: ProbeConfig) => (probe.options as { value: unknown }).value;

  test('are put into parsed texts, never into YAML', () => {
    const probe = onlyProbe('{ tcp: "${HOST}:${PORT}" }', { env: { HOST: 'db', PORT: '5432' } });
    expect(address(probe)).toEqual({ host: 'db', port: 5432 });
    const nasty = { A: '"}, severity: warning, x: {"' };
    expect(onlyProbe('{ http: http://web/, headers: { a: "${A}" } }', { env: nasty }).severity).toBe('critical');
  });

  test('a value that looks like a variable is left alone', () => {
    const probe = onlyProbe('{ http: http://web/, headers: { a: "${A} $${B} $C" } }', { env: { A: '${B}' } });
    const { headers } = (probe.options as { options: { headers: Record<string, Secret> } }).options;
    expect(headers.a?.reveal()).toBe('${B} ${B} $C');
  });

  test('a header and a body are secrets', () => {
    const probe = onlyProbe('{ http: http://web/, method: POST, headers: { a: "${A}" }, body: "${A}" }', {
      env: { A: 'hunter2' },
    });
    const { headers, body } = (probe.options as { options: { headers: Record<string, Secret>; body: Secret } }).options;
    expect([headers.a, body].every((value) => value instanceof Secret && value.reveal() === 'hunter2')).toBe(true);
    expect(inspect(probe, { depth: 9 })).not.toContain('hunter2');
  });

  test('the escape holds outside of probes too', () => {
    const source = 'stack: shop\nservices:\n  web: { labels: { a: "$${b}" }, probes: { p: { tcp: "web:80" } } }\n';
    expect(load(source).services[0]?.labels).toEqual({ a: '${b}' });
  });

  test.each([
    { name: 'a whole URL', probe: '{ http: "${URL}" }' },
    { name: 'the base of a URL', probe: '{ http: "${BASE}/health" }' },
    { name: 'scheme, host and port of a URL', probe: '{ http: "${SCHEME}://${HOST}:${PORT}/" }' },
    { name: 'user, password, host, port and path', probe: '{ http: "http://${A}:${B}@${C}:${D}/${E}" }' },
    { name: 'a port', probe: '{ tcp: "db:${PORT}" }' },
    { name: 'a whole address', probe: '{ tls: "${ADDRESS}" }' },
    { name: 'a duration', probe: '{ http: http://web/, expect: { within: "${LIMIT}" } }' },
    { name: 'a class of statuses', probe: '{ http: http://web/, expect: { status: ["${CLASS}", 302] } }' },
    {
      name: 'a method and headers',
      probe: '{ http: http://web/, method: "${METHOD}", headers: { a: "Bearer ${T}" } }',
    },
  ])('a generator takes $name from a variable whose value it never sees', ({ probe }) => {
    const env = new Proxy(
      {},
      { get: () => expect.fail('read'), has: () => expect.fail('read'), ownKeys: () => expect.fail('read') },
    );
    expect(onlyProbe(probe, { mode: 'generate', env }).name).toBe('home');
  });

  test('a generator finds what no value could make right', () => {
    const source = 'stack: s\nservices: { w: { probes: { p: { http: "ftp://${HOST}/" } } } }\n';
    const loaded = loadConfig(source, { file: 'f', env: {}, mode: 'generate' });
    expect('diagnostics' in loaded && loaded.diagnostics.map(({ message }) => message)).toEqual([
      'found "ftp://${HOST}/", expected a URL that begins with http:// or https://',
    ]);
  });

  test('their names are told sorted, each once', () => {
    const probe = '{ http: "http://${B}/${A}/${B}" }';
    const source = `stack: s\nservices: { w: { probes: { p: ${probe} } } }\n`;
    expect(load(source, { env: { A: 'a', B: 'b' } }).variables).toEqual(['A', 'B']);
  });
});

describe('YAML', () => {
  const probes = 'services:\n  web: { probes: { p: { tcp: "web:80" } } }\n';

  test.each([
    { name: 'a byte order mark', source: `\ufeffstack: shop\n${probes}` },
    { name: 'Windows line ends', source: `stack: shop\n${probes}`.replaceAll('\n', '\r\n') },
    { name: 'no line end at the end', source: `stack: shop\n${probes}`.trimEnd() },
    { name: 'document markers', source: `---\nstack: shop\n${probes}...\n` },
    { name: 'JSON', source: '{"stack": "shop", "services": {"web": {"probes": {"p": {"tcp": "web:80"}}}}}' },
  ])('takes $name', ({ source }) => {
    expect(load(source)).toMatchObject({ stack: 'shop', services: [{ name: 'web', probes: [{ name: 'p' }] }] });
  });

  test('anchors and merge keys, the own keys first', () => {
    const source = `stack: shop
services:
  blue: &base
    team: ops
    labels: { colour: blue }
    probes: { p: &probe { tcp: "blue:80", every: 5s } }
  green:
    <<: *base
    labels: { colour: green }
    probes: { p: { <<: [*probe, { every: 1m, severity: warning }], tcp: "green:80" } }
`;
    expect(load(source).services).toMatchObject([
      { name: 'blue', team: 'ops', labels: { colour: 'blue' } },
      {
        name: 'green',
        team: 'ops',
        labels: { colour: 'green' },
        probes: [{ everyMs: 5_000, severity: 'warning', options: { value: { host: 'green' } } }],
      },
    ]);
  });

  test('names that JavaScript gives a meaning are names', () => {
    const source = `stack: shop
services:
  constructor: { team: tostring, probes: { valueof: { tcp: "web:80" } } }
notify: { slack: { webhook_url_file: /run/secrets/slack }, teams: { tostring: { slack: { channel: "#x" } } } }
`;
    const { services, notify } = load(source);
    expect(services.map(({ name }) => name)).toEqual(['constructor']);
    expect(Object.keys(notify.teams)).toEqual(['tostring']);
    expect(notify.teams.constructor).toBeUndefined();
  });

  test.each([
    { name: 'half a million brackets', source: '['.repeat(500_000) },
    { name: 'a text of half a million characters', source: `stack: "${'x'.repeat(500_000)}"` },
    { name: 'more than fits', source: ' '.repeat(600_000) },
    {
      name: 'three thousand anchors',
      source: Array.from({ length: 3_000 }, (_, i) => `a${i}: &a${i} 1\nb${i}: *a${i}\n`).join(''),
    },
    { name: 'a quarter of a million beginnings of variables', source: `stack: s\npassword: ${'${'.repeat(250_000)}` },
    {
      name: 'a hundred thousand variables',
      source: `stack: a\nservices: { w: { probes: { p: { http: "${'${A}'.repeat(100_000)}" } } } }`,
    },
  ])('$name ends in a diagnostic, soon', ({ source }) => {
    const loaded = loadConfig(source, { file: 'f', env: {}, mode: 'run' });
    expect('diagnostics' in loaded && renderDiagnostics(loaded.diagnostics, source).length).toBeGreaterThan(20);
    expect('diagnostics' in loaded && renderDiagnostics(loaded.diagnostics, source).length).toBeLessThan(100_000);
  });
});

describe('rendering', () => {
  test('masks what may be a secret in a source line, and keeps columns', () => {
    const source =
      'stack: s\nservices: { w: { probes: { p: { http: "http://me:pass@w/", Authorization: "Bearer abc ${T}" } } } }\n';
    const loaded = loadConfig(source, { file: 'f', env: {}, mode: 'run' });
    expect('diagnostics' in loaded && renderDiagnostics(loaded.diagnostics, source)).toContain(
      '   2 | services: { w: { probes: { p: { http: "http://*******@w/", Authorization: ******* *** ${T}* } } } }\n',
    );
  });

  test('stops after a hundred', () => {
    const source = `stack: s\n${Array.from({ length: 150 }, (_, i) => `k${i}: 1\n`).join('')}services: { w: { metrics: http://w/ } }\n`;
    const loaded = loadConfig(source, { file: 'f', env: {}, mode: 'run' });
    expect('diagnostics' in loaded && loaded.diagnostics.length).toBe(150);
    expect('diagnostics' in loaded && renderDiagnostics(loaded.diagnostics, source)).toMatch(/\n… and 50 more\n$/);
  });
});
