import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { composeForTest, configForTest, nativeForTest, serviceForTest } from '../test/support/generator-input.ts';
import { generatePrometheus } from './index.ts';

const config = configForTest({
  services: [
    serviceForTest({ name: 'shop', labels: { colour: 'blue' }, metrics: 'http://demo:39417/health/metrics' }),
    serviceForTest({ name: 'silent' }),
    serviceForTest({ name: 'edge', metrics: 'https://edge.example.org/metrics?part=a&part=b&full=1' }),
    serviceForTest({ name: 'grafana', metrics: 'http://[::1]/metrics' }),
    serviceForTest({ name: 'here', kind: 'host' }),
  ],
});

describe('generatePrometheus', () => {
  test('writes one complete file', () => {
    const [file, ...others] = generatePrometheus(config, composeForTest());
    expect(others).toEqual([]);
    expect(file?.path).toBe('prometheus/generated/prometheus.yaml');
    expect(file?.content).toBe(`# Made by \`watchpost generate\` from watchpost.yaml; do not edit.
# No external labels: an alert from here must be the same one that the probe service posts.

global:
  scrape_interval: 5s
  scrape_timeout: 4s
  evaluation_interval: 5s

rule_files:
  - /etc/watchpost/alerts/rules/*.yaml

alerting:
  alertmanagers:
    - api_version: v2
      static_configs:
        - targets:
            - alertmanager:9093

scrape_configs:
  # Probes name their service themselves: what they say counts.
  - job_name: watchpost
    honor_labels: true
    static_configs:
      - targets:
          - watchpost:9815
  - job_name: prometheus
    static_configs:
      - targets:
          - prometheus:9090
  - job_name: alertmanager
    static_configs:
      - targets:
          - alertmanager:9093
  - job_name: loki
    static_configs:
      - targets:
          - loki:3100
  - job_name: grafana
    static_configs:
      - targets:
          - grafana:3000
  - job_name: alloy
    static_configs:
      - targets:
          - alloy:12345
  # What exporters say of services of a kind.
  - job_name: host
    static_configs:
      - targets:
          - node-exporter:9100
        labels:
          service: here
          team: ops
  # What the services say of themselves.
  - job_name: shop
    metrics_path: /health/metrics
    fallback_scrape_protocol: PrometheusText0.0.4
    static_configs:
      - targets:
          - demo:39417
        labels:
          colour: blue
          service: shop
  - job_name: edge
    scheme: https
    metrics_path: /metrics
    params:
      part:
        - a
        - b
      full:
        - '1'
    fallback_scrape_protocol: PrometheusText0.0.4
    static_configs:
      - targets:
          - edge.example.org:443
        labels:
          service: edge
  - job_name: service/grafana
    metrics_path: /metrics
    fallback_scrape_protocol: PrometheusText0.0.4
    static_configs:
      - targets:
          - '[::1]:80'
        labels:
          service: grafana
`);
  });

  test('scrapes the probe service of each location, and says which it is', () => {
    const locations = [
      { name: 'fra', host: '10.8.0.2', port: 9815 },
      { name: 'nyc', host: 'fd00::3', port: 9816 },
    ];
    const [file] = generatePrometheus({ ...config, location: 'ams', locations, quorum: 2 }, composeForTest());
    const read = load(file?.content ?? '') as { scrape_configs: readonly ScrapeConfig[] };
    expect(read.scrape_configs[0]?.static_configs).toEqual([
      { targets: ['watchpost:9815'], labels: { location: 'ams' } },
      { targets: ['10.8.0.2:9815'], labels: { location: 'fra' } },
      { targets: ['[fd00::3]:9816'], labels: { location: 'nyc' } },
    ]);
  });

  test('natively names only the parts that run, on this machine', () => {
    const [file] = generatePrometheus(
      config,
      nativeForTest(['alertmanager', 'loki', 'grafana', 'alloy', 'node-exporter']),
    );
    const read = load(file?.content ?? '') as { alerting?: unknown; scrape_configs: readonly ScrapeConfig[] };
    expect(read.alerting).toBeUndefined();
    expect(read.scrape_configs.map(({ job_name, static_configs }) => [job_name, static_configs[0]?.targets])).toEqual([
      ['watchpost', ['127.0.0.1:9815']],
      ['prometheus', ['127.0.0.1:9090']],
      ['shop', ['127.0.0.1:39417']],
      ['edge', ['edge.example.org:443']],
      ['service/grafana', ['[::1]:80']],
    ]);
  });
});

describe('services of a kind', () => {
  const server = { host: 'db', port: 5432 };
  const services = [
    serviceForTest({
      name: 'orders',
      kind: 'postgres',
      labels: { tier: 'gold' },
      exporter: { kind: 'postgres', ...server, username: 'monitor', database: 'app' },
    }),
    serviceForTest({
      name: 'archive',
      team: 'data',
      kind: 'postgres',
      metrics: 'https://db.example.org/probe?target=archive&module=all',
    }),
    serviceForTest({ name: 'cache', kind: 'redis', exporter: { kind: 'redis', host: 'cache', port: 6379 } }),
    serviceForTest({ name: 'edge', kind: 'nginx', exporter: { kind: 'nginx', statusUrl: 'http://nginx/' } }),
    serviceForTest({ name: 'here', kind: 'host' }),
    serviceForTest({ name: 'there', kind: 'host', metrics: 'http://there:9100/metrics' }),
    serviceForTest({ name: 'containers', kind: 'containers' }),
    // A job of this name would get the rules of the kind.
    serviceForTest({ name: 'redis', metrics: 'http://redis-app/metrics' }),
  ];

  function jobs(surroundings = composeForTest()): readonly (readonly [string, unknown])[] {
    const [file] = generatePrometheus(configForTest({ services }), surroundings);
    const read = load(file?.content ?? '') as { scrape_configs: readonly ScrapeConfig[] };
    const ofKinds = read.scrape_configs.slice(-6);
    return ofKinds.map(({ job_name, static_configs }) => [job_name, static_configs]);
  }

  test('share a job named after the kind, and keep their name, team and labels', () => {
    expect(jobs()).toEqual([
      [
        'postgres',
        [
          { targets: ['postgres-exporter-orders:9187'], labels: { tier: 'gold', service: 'orders', team: 'ops' } },
          {
            targets: ['db.example.org:443'],
            labels: {
              __scheme__: 'https',
              __metrics_path__: '/probe',
              __param_target: 'archive',
              __param_module: 'all',
              service: 'archive',
              team: 'data',
            },
          },
        ],
      ],
      ['redis', [{ targets: ['redis-exporter-cache:9121'], labels: { service: 'cache', team: 'ops' } }]],
      ['nginx', [{ targets: ['nginx-exporter-edge:9113'], labels: { service: 'edge', team: 'ops' } }]],
      [
        'host',
        [
          { targets: ['node-exporter:9100'], labels: { service: 'here', team: 'ops' } },
          { targets: ['there:9100'], labels: { service: 'there', team: 'ops' } },
        ],
      ],
      ['containers', [{ targets: ['cadvisor:9816'], labels: { service: 'containers', team: 'ops' } }]],
      ['service/redis', [{ targets: ['redis-app:80'], labels: { service: 'redis' } }]],
    ]);
  });

  test('are scraped where their exporter runs, and not where it does not', () => {
    const native = { ...nativeForTest(['cadvisor', 'node-exporter']), exporter: () => undefined };
    expect(jobs(native).slice(-3)).toEqual([
      ['postgres', [expect.objectContaining({ targets: ['db.example.org:443'] })]],
      ['host', [expect.objectContaining({ targets: ['there:9100'] })]],
      ['service/redis', [expect.objectContaining({ targets: ['redis-app:80'] })]],
    ]);
  });
});

interface ScrapeConfig {
  readonly job_name: string;
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
}
