import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '../component.ts';

/** Chunks are written, compacted and deleted every few seconds, so that all of it has been when it is looked at. */
const config = `
auth_enabled: false
server: { http_listen_port: 3100, log_level: warn }
common:
  instance_addr: 127.0.0.1
  path_prefix: /loki
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
  storage: { object_store: { filesystem: { dir: /loki/chunks } } }
frontend: { address: 127.0.0.1 }
storage_config: { use_thanos_objstore: true }
schema_config:
  configs:
    - { from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }
limits_config: { retention_period: 24h, reject_old_samples: true, reject_old_samples_max_age: 30h }
ingester:
  lifecycler: { min_ready_duration: 1s, final_sleep: 0s }
  max_chunk_age: 10s
  flush_check_period: 1s
compactor:
  working_directory: /loki/compactor
  compaction_interval: 2s
  apply_retention_interval: 2s
  retention_delete_delay: 1s
  retention_enabled: true
  delete_request_store: filesystem
ruler:
  alertmanager_url: http://127.0.0.1:1
  evaluation_interval: 1s
  poll_interval: 1s
  rule_path: /loki/rules-temp
  enable_api: true
  ring: { kvstore: { store: inmemory } }
  wal: { dir: /loki/ruler-wal }
  remote_write: { enabled: true, clients: { away: { url: "http://127.0.0.1:1/x" } } }
ruler_storage: { backend: local, local: { directory: /etc/loki/rules } }
analytics: { reporting_enabled: false }
`;

const rules = `
groups:
  - name: works
    rules:
      - { alert: Always, expr: "sum(count_over_time({a=~\\".+\\"}[1h])) > 0" }
      - { record: "test:lines:count", expr: "sum(count_over_time({a=~\\".+\\"}[1h]))" }
  - name: fails
    rules:
      - { record: "test:fails", expr: "count_over_time({a=~\\".+\\"}[1h]) / on () count_over_time({a=~\\".+\\"}[1h])" }
`;

/** What has happened once it is counted. */
const awaited = [
  /^loki_compactor_apply_retention_last_successful_run_timestamp_seconds [1-9]/m,
  /^loki_prometheus_rule_evaluation_failures_total\{.*\} [1-9]/m,
  /^loki_prometheus_notifications_dropped_total\{.*\} [1-9]/m,
  /^loki_ingester_chunks_flushed_total\{.*\} [1-9]/m,
  /^loki_discarded_samples_total\{.*\} [1-9]/m,
];

export const loki: Component = {
  name: 'loki',
  captured:
    'with lines taken and lines refused, queries, chunks written, compaction and retention, rules of which one fails, an Alertmanager and a remote write that do not answer',
  versionOf: 'loki_build_info',
  images: ['loki'],
  async scrape(place) {
    const running = await place.start({
      alias: 'loki',
      image: 'loki',
      port: 3100,
      files: { '/etc/loki/loki.yaml': config, '/etc/loki/rules/fake/rules.yaml': rules },
      args: ['-config.file=/etc/loki/loki.yaml'],
    });
    await running.get('/ready');
    const push = (hoursAgo: number) => running.post('/loki/api/v1/push', linesOf(Date.now() - hoursAgo * 3_600_000));
    // In the order of their time: a stream takes nothing that is older than half of a chunk's age.
    await push(26);
    await push(0);
    await push(40).catch(refused);
    await running.post('/otlp/v1/logs', otlp());
    await running.get(`/loki/api/v1/query_range?query=${encodeURIComponent('{a=~".+"} |= "line"')}`);
    await running.get(`/loki/api/v1/query?query=${encodeURIComponent('sum(rate({a=~".+"}[1m]))')}`);
    await running.get('/loki/api/v1/labels');
    let text = '';
    for (let i = 0; i < 120; i++) {
      text = await running.get('/metrics');
      if (awaited.every((pattern) => pattern.test(text))) return [text];
      await push(0);
      await sleep(500);
    }
    throw new Error(`not seen: ${awaited.filter((pattern) => !pattern.test(text)).join(', ')}`);
  },
};

/** Two streams, so that a rule can match one with the other and fail. */
function linesOf(ms: number): unknown {
  const streams = ['b', 'c'].map((a) => ({ stream: { a }, values: [[`${ms}000000`, 'a line', { trace_id: '0af7' }]] }));
  return { streams };
}

function otlp(): unknown {
  const record = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: 'a line' }, severityText: 'INFO' };
  const attributes = [{ key: 'service.name', value: { stringValue: 'test' } }];
  return { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [record] }] }] };
}

/** Lines that are too old are what this is about: they are counted as discarded. */
function refused(cause: unknown): void {
  if (!(cause instanceof Error && cause.message.includes('status 400'))) throw cause;
}
