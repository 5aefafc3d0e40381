import type { Config } from '../config/model.ts';
import { formatDuration } from '../stack/duration.ts';
import { noted, spaced, type YamlValue, yamlFile } from '../stack/generated-yaml.ts';
import { rulerIntervalMs } from '../stack/log-alerts.ts';
import { logResource } from '../stack/log-fields.ts';
import { compactionIntervalMs, deleteDelayMs } from '../stack/log-store.ts';
import { dataSources, lokiGrpcAbove, parts } from '../stack/parts.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { objectStore } from './object-store.ts';

/** Loki as one process. Keys as Loki 3.7 reads them. */
export function lokiConfig(config: Config, surroundings: Surroundings): GeneratedFile {
  const data = surroundings.data('loki');
  const { host, port } = listenAddress(surroundings);
  const store = objectStore(config, data);
  const retention = `${config.retentionMs / 3_600_000}h`;
  const value: YamlValue = {
    auth_enabled: false,
    server: spaced({
      http_listen_address: host,
      http_listen_port: port,
      grpc_listen_address: noted('Spoken only inside this process.', '127.0.0.1'),
      grpc_listen_port: port + lokiGrpcAbove,
      log_level: 'warn',
      log_format: 'json',
    }),
    common: spaced({
      instance_addr: '127.0.0.1',
      path_prefix: data,
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      storage: { object_store: store.options },
    }),
    frontend: spaced({
      address: noted('Else it announces the first other interface it finds, and every query hangs.', '127.0.0.1'),
    }),
    storage_config: spaced({
      use_thanos_objstore: noted(
        'The clients that read `object_store`. With the older keys, chunks go to the working directory.',
        true,
      ),
    }),
    schema_config: spaced({
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: store.name,
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    }),
    limits_config: spaced({
      retention_period: noted('What is older is deleted by the compactor, below.', retention),
      max_query_lookback: retention,
      ingestion_rate_mb: noted(
        'One host writes less; after an outage everything comes at once, and of one service in one stream.',
        16,
      ),
      ingestion_burst_size_mb: 32,
      per_stream_rate_limit: '16MB',
      per_stream_rate_limit_burst: '32MB',
      max_line_size_truncate: noted('A line that is too long is cut, not lost.', true),
      otlp_config: noted('Few labels: the rest of a record is structured metadata.', {
        resource_attributes: {
          ignore_defaults: true,
          attributes_config: [
            { action: 'index_label', attributes: [logResource.serviceName, logResource.environment] },
          ],
        },
      }),
    }),
    ingester: spaced({
      lifecycler: noted('One instance has no others to wait for, neither when it starts nor when it stops.', {
        min_ready_duration: '1s',
        final_sleep: '0s',
      }),
      wal: noted('Half of the memory it may use.', { replay_memory_ceiling: '512MB' }),
    }),
    compactor: spaced({
      working_directory: noted('On the volume: what is to be deleted is noted there.', `${data}/compactor`),
      retention_enabled: noted('Off by default: then nothing is ever deleted.', true),
      delete_request_store: store.name,
      compaction_interval: formatDuration(compactionIntervalMs),
      retention_delete_delay: noted(
        'Between an entry that is found too old and its end.',
        formatDuration(deleteDelayMs),
      ),
    }),
    ruler: spaced(ruler(config, surroundings)),
    ruler_storage: spaced({ backend: 'local', local: { directory: `${surroundings.folder('loki')}/rules` } }),
    analytics: spaced({ reporting_enabled: false }),
  };
  return yamlFile(
    'loki/generated/loki.yaml',
    `Loki: one process, ${days(config.retentionMs)} of logs ${config.s3 ? 'in a bucket' : 'on its own disk'}.`,
    value,
  );
}

function days(ms: number): string {
  return `${ms / 86_400_000} days`;
}

function ruler({ urls }: Config, { data, has, address }: Surroundings): YamlValue {
  return {
    external_url: noted('What the link of an alert to its query points to.', urls.grafana),
    datasource_uid: dataSources.loki,
    rule_path: `${data('loki')}/rules-temp`,
    ...(has('alertmanager') && { alertmanager_url: `http://${address('alertmanager')}` }),
    ...(has('prometheus') && {
      wal: { dir: `${data('loki')}/ruler-wal` },
      remote_write: noted('What is counted goes to Prometheus, for dashboards and rules.', {
        enabled: true,
        clients: { prometheus: { url: `http://${address('prometheus')}/api/v1/write` } },
      }),
    }),
    enable_api: true,
    ring: { kvstore: { store: 'inmemory' } },
    // A rule that costs more says so itself.
    evaluation_interval: formatDuration(rulerIntervalMs),
    poll_interval: noted('How soon it takes on rules that were generated anew.', '15s'),
  };
}

function listenAddress({ target, address }: Surroundings): { readonly host: string; readonly port: number } {
  if (target === 'compose') return { host: '0.0.0.0', port: parts.loki.port };
  const [host = '', port = ''] = address('loki').split(':');
  return { host, port: Number(port) };
}
