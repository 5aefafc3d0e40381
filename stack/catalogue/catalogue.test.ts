import { describe, expect, test } from 'vitest';
import { foreignNames, foreignSeries } from './index.ts';
import { supplements } from './supplements.ts';

const cases = [
  {
    name: 'node_exporter',
    series: 'node_filesystem_avail_bytes',
    is: {
      type: 'gauge',
      labels: ['device', 'device_error', 'fstype', 'mountpoint'],
      components: ['node-exporter'],
    },
  },
  {
    name: 'postgres_exporter',
    series: 'pg_stat_activity_count',
    is: {
      type: 'gauge',
      labels: [
        'application_name',
        'backend_type',
        'datname',
        'server',
        'state',
        'usename',
        'wait_event',
        'wait_event_type',
      ],
      components: ['postgres-exporter'],
    },
  },
  {
    name: 'redis_exporter',
    series: 'redis_connected_slave_lag_seconds',
    is: { type: 'gauge', labels: ['slave_ip', 'slave_port', 'slave_state'], components: ['redis-exporter'] },
  },
  {
    name: 'nginx-prometheus-exporter',
    series: 'nginx_connections_accepted',
    is: { type: 'counter', labels: [], components: ['nginx-exporter'] },
  },
  {
    name: 'cAdvisor',
    series: 'container_oom_events_total',
    is: {
      type: 'counter',
      labels: [
        'container_label_com_docker_compose_project',
        'container_label_com_docker_compose_service',
        'id',
        'image',
        'name',
      ],
      components: ['cadvisor'],
    },
  },
  {
    name: 'Alertmanager, once a notification has failed',
    series: 'alertmanager_notifications_failed_total',
    is: { type: 'counter', labels: ['integration', 'reason'], components: ['alertmanager'] },
  },
  {
    name: 'Loki, once its retention has run',
    series: 'loki_compactor_apply_retention_last_successful_run_timestamp_seconds',
    is: { type: 'gauge', labels: [], components: ['loki'] },
  },
  {
    name: 'Alloy, once it has given up on lines',
    series: 'loki_write_dropped_entries_total',
    is: {
      type: 'counter',
      labels: ['component_id', 'component_path', 'host', 'reason', 'tenant'],
      components: ['alloy'],
    },
  },
  {
    name: 'Prometheus: a part of a histogram',
    series: 'prometheus_http_request_duration_seconds_bucket',
    is: { type: 'counter', labels: ['handler', 'le'], components: ['prometheus'] },
  },
  {
    name: 'Prometheus: a label that only a newer one has, from the supplement',
    series: 'prometheus_notifications_dropped_total',
    is: { type: 'counter', labels: ['alertmanager'], components: ['prometheus'] },
  },
  {
    name: 'what several have',
    series: 'process_start_time_seconds',
    is: {
      type: 'gauge',
      labels: [],
      components: [
        'prometheus',
        'alertmanager',
        'loki',
        'alloy',
        'grafana',
        'node-exporter',
        'postgres-exporter',
        'redis-exporter',
        'nginx-exporter',
        'cadvisor',
        'watchpost',
      ],
    },
  },
  { name: 'nobody', series: 'node_filesystem_available_bytes', is: undefined },
  { name: 'nobody, though an object has it', series: 'constructor', is: undefined },
];

describe('the catalogue', () => {
  test.each(cases)('knows what $name has', ({ series, is }) => {
    expect(foreignSeries(series)).toEqual(is);
  });

  test('has all of every component', () => {
    expect(foreignNames.length).toBeGreaterThan(1_300);
  });

  test('holds nothing by hand that has been captured since', async () => {
    const stale = await Promise.all(
      supplements.map(async ({ component, metrics }) => {
        const file = await captured(component);
        return metrics.filter(([name, type, labels]) => {
          const found = file?.[type]?.[name];
          return found !== undefined && labels.every((label) => found.includes(label));
        });
      }),
    );
    expect(stale.flat()).toEqual([]);
  });
});

/** As it was written, or undefined for a component that is known by hand only. */
async function captured(component: string): Promise<Record<string, Record<string, string[]>> | undefined> {
  const file: { default: Record<string, Record<string, string[]>> } | undefined = await import(
    `./generated/${component}.json`,
    { with: { type: 'json' } }
  ).catch(() => undefined);
  return file?.default;
}
