import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '../component.ts';

const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [/etc/prometheus/rules.yaml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:1"] }] }] }
scrape_configs:
  - { job_name: prometheus, static_configs: [{ targets: ["127.0.0.1:9090"] }] }
  - { job_name: away, static_configs: [{ targets: ["127.0.0.1:1"] }] }
  - { job_name: files, file_sd_configs: [{ files: [/etc/prometheus/*.json] }] }
remote_write: [{ url: "http://127.0.0.1:1/x" }]
`;
const rules = `
groups:
  - name: test
    rules:
      - { alert: Always, expr: vector(1) }
      - { record: "test:up:sum", expr: "sum(up)" }
      - { record: "test:fails", expr: "up + on () up" }
`;

export const prometheus: Component = {
  name: 'prometheus',
  captured: 'scraping itself, with rules, a remote write and an Alertmanager that does not answer',
  versionOf: 'prometheus_build_info',
  images: ['prometheus'],
  async scrape(place) {
    const running = await place.start({
      alias: 'prometheus',
      image: 'prometheus',
      port: 9090,
      files: { '/etc/prometheus/prometheus.yaml': config, '/etc/prometheus/rules.yaml': rules },
      args: [
        '--config.file=/etc/prometheus/prometheus.yaml',
        '--storage.tsdb.path=/prometheus',
        '--web.enable-lifecycle',
        '--web.enable-remote-write-receiver',
      ],
    });
    await running.get('/api/v1/query?query=up');
    for (let i = 0; i < 60; i++) {
      const text = await running.get('/metrics');
      if (/^prometheus_rule_evaluation_failures_total\{.*\} [1-9]/m.test(text)) return [text];
      await sleep(500);
    }
    throw new Error('no rule failed');
  },
};
