import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { Config } from '../config/model.ts';
import { composeForTest, configForTest, nativeForTest, serviceForTest } from '../test/support/generator-input.ts';
import { run, which } from '../test/support/shell.ts';
import { generateLoki } from './index.ts';

const config = configForTest({
  services: [
    serviceForTest({ name: 'shop-api', logs: { kind: 'file', glob: '/srv/shop/log/*.{log,json}' } }),
    serviceForTest({ name: 'edge', logs: { kind: 'unit', unit: 'nginx' } }),
    serviceForTest({ name: 'worker', logs: { kind: 'container', container: 'shop.worker' } }),
    serviceForTest({ name: 'firewall', logs: { kind: 'syslog', host: 'fw1', firstLine: '^<' } }),
    serviceForTest({ name: 'silent' }),
  ],
});

const inBucket = {
  ...config,
  s3: {
    bucket: 'shop-logs',
    region: 'eu',
    endpoint: { hostPort: 'minio:9000', isPlain: true },
    credentialsFile: '/run/secrets/s3',
  },
};

function generated(path: string, surroundings = composeForTest(), of: Config = config): string {
  const file = generateLoki(of, surroundings).find((one) => one.path === path);
  if (!file) throw new Error(`${path} was not generated`);
  return file.content;
}

const lokiYaml = 'loki/generated/loki.yaml';
const alloyConfig = 'loki/generated/config.alloy';
const rules = [
  'log-fatal',
  'log-error-spike',
  'log-source-silent',
  'log-auth-failures',
  'log-address-banned',
  'watchdog',
].map((name) => `loki/generated/rules/fake/${name}.yaml`);
const recordings = 'loki/generated/rules/fake/recordings.yaml';

describe('generateLoki', () => {
  test('writes the store, its rules, and the collector', () => {
    const paths = generateLoki(config, composeForTest()).map(({ path }) => path);
    expect(paths).toEqual([lokiYaml, ...rules, recordings, alloyConfig, 'loki/generated/docker-proxy.conf']);
  });

  test('writes nothing where no Loki runs, and no collector where no Alloy runs', () => {
    expect(generateLoki(config, nativeForTest(['loki']))).toEqual([]);
    expect(generateLoki(config, nativeForTest(['alloy'])).map(({ path }) => path)).toEqual([
      lokiYaml,
      ...rules,
      recordings,
    ]);
  });

  test('counts for Prometheus where there is one, and nowhere else', () => {
    const { ruler } = load(generated(lokiYaml)) as { ruler: object };
    expect(ruler).toMatchObject({
      wal: { dir: '/loki/ruler-wal' },
      remote_write: { enabled: true, clients: { prometheus: { url: 'http://prometheus:9090/api/v1/write' } } },
    });
    const alone = generateLoki(config, nativeForTest(['prometheus']));
    expect(alone.map(({ path }) => path)).not.toContain(recordings);
    expect(alone.find(({ path }) => path === lokiYaml)?.content).not.toContain('remote_write');
  });

  test('keeps logs for seven days, and really deletes them then', () => {
    expect(load(generated(lokiYaml))).toMatchObject({
      limits_config: { retention_period: '168h', max_query_lookback: '168h' },
      compactor: {
        retention_enabled: true,
        delete_request_store: 'filesystem',
        working_directory: '/loki/compactor',
        compaction_interval: '10m',
        retention_delete_delay: '2h',
      },
      analytics: { reporting_enabled: false },
    });
  });

  test('keeps them for as long as it is told', () => {
    expect(load(generated(lokiYaml, composeForTest(), { ...config, retentionMs: 30 * 86_400_000 }))).toMatchObject({
      limits_config: { retention_period: '720h', max_query_lookback: '720h' },
    });
  });

  test('keeps them in a bucket where one is named, and no key in its configuration', () => {
    const text = generated(lokiYaml, composeForTest(), inBucket);
    expect(load(text)).toMatchObject({
      common: {
        storage: {
          object_store: {
            s3: {
              bucket_name: 'shop-logs',
              region: 'eu',
              endpoint: 'minio:9000',
              insecure: true,
              bucket_lookup_type: 'path',
              native_aws_auth_enabled: true,
            },
          },
        },
      },
      schema_config: { configs: [{ object_store: 's3' }] },
      compactor: { delete_request_store: 's3', working_directory: '/loki/compactor' },
    });
    expect(text).not.toMatch(/access_key|secret/);
    const s3 = { bucket: 'shop-logs', region: 'eu-central-1' };
    expect(generated(lokiYaml, composeForTest(), { ...config, s3 })).toContain(
      'endpoint: s3.eu-central-1.amazonaws.com\n',
    );
  });

  test('keeps everything that must survive on the data folder', () => {
    expect(load(generated(lokiYaml))).toMatchObject({
      common: { path_prefix: '/loki', storage: { object_store: { filesystem: { dir: '/loki/chunks' } } } },
      storage_config: { use_thanos_objstore: true },
    });
  });

  test('sends the alerts of log rules to Alertmanager, where there is one', () => {
    const { ruler } = load(generated(lokiYaml)) as { ruler: { alertmanager_url?: string } };
    expect(ruler.alertmanager_url).toBe('http://alertmanager:9093');
    const alone = load(generated(lokiYaml, nativeForTest(['alertmanager']))) as typeof ruler & { ruler: typeof ruler };
    expect(alone.ruler.alertmanager_url).toBeUndefined();
  });

  test('natively listens for this machine only', () => {
    expect(load(generated(lokiYaml, nativeForTest()))).toMatchObject({
      server: { http_listen_address: '127.0.0.1', grpc_listen_address: '127.0.0.1' },
      common: { instance_addr: '127.0.0.1' },
      frontend: { address: '127.0.0.1' },
    });
  });
});

describe('the log collector', () => {
  test('in a container reads containers, files below /host, and the journal', () => {
    const text = generated(alloyConfig);
    expect(text).toContain(`	rule {
		source_labels = ["__meta_docker_container_name"]
		separator     = "/"
		regex         = "/shop\\\\.worker"
		target_label  = "service_name"
		replacement   = "worker"
	}
`);
    expect(text).toContain(`loki.source.file "service_shop_api" {
	targets = [{
		__path__     = "/host/srv/shop/log/*.{log,json}",
		service_name = "shop-api",
		source       = "file",
	}]
	forward_to = [loki.process.lines.receiver]

	file_match {
		enabled           = true
		sync_period       = "2s"
		ignore_older_than = "24h"
	}
}
`);
    expect(text).toContain(`	matches = "_SYSTEMD_UNIT=nginx.service"
`);
  });

  test('natively reads files and the journal, and asks no Docker engine', () => {
    const text = generated(alloyConfig, nativeForTest());
    expect(text).toContain('__path__     = "/srv/shop/log/*.{log,json}"');
    expect(text).toContain('loki.source.journal "service_edge"');
    expect(text).toContain('url                 = "http://127.0.0.1:3100/loki/api/v1/push"');
    expect(text).not.toMatch(/docker|\/host/);
  });

  test('takes syslog where it is told to, and in a container where Compose passes it on', () => {
    expect(generated(alloyConfig).match(/address +=.*/g)).toEqual(
      ['tcp', 'udp'].map(() => 'address                = "0.0.0.0:1514"'),
    );
    expect(generated(alloyConfig, nativeForTest())).toContain('address                = "127.0.0.1:1514"');
    expect(generated(alloyConfig)).toContain('regex         = "(?i)fw1"');
    const none = configForTest({ services: [serviceForTest({ name: 'silent' })] });
    expect(generated(alloyConfig, composeForTest(), none)).not.toContain('syslog"');
  });

  test('never gives up on a line', () => {
    expect(generated(alloyConfig)).toContain('max_backoff_retries = 0\n');
  });
});

const programs = [
  { program: 'loki', file: lokiYaml, args: (path: string) => ['-verify-config', `-config.file=${path}`] },
  { program: 'alloy', file: alloyConfig, args: (path: string) => ['validate', path] },
] as const;

describe.for(programs)('$program itself', async ({ program, file, args }) => {
  const missing = (await which(program)) === undefined;

  test.skipIf(missing).for([
    { name: 'in a container', surroundings: composeForTest() },
    { name: 'natively', surroundings: nativeForTest() },
    { name: 'with a bucket', surroundings: composeForTest(), of: inBucket },
  ])(
    `accepts its configuration $name${missing ? ` (${program} is not on PATH)` : ''}`,
    async ({ surroundings, of }) => {
      const folder = mkdtempSync(join(tmpdir(), 'watchpost-loki-'));
      try {
        const path = join(folder, file.split('/').at(-1) ?? '');
        const text = generated(file, surroundings, of);
        writeFileSync(path, text);
        const { code, stdout, stderr } = await run(program, args(path));
        expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
        if (program === 'alloy') expect((await run(program, ['fmt', path])).stdout).toBe(text);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
