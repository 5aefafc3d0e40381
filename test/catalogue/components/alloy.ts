import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '../component.ts';

/** One way on that works, and one on which everything is lost, at once and for two reasons. */
const config = `
logging { level = "error" }
discovery.docker "all" {
  host = "unix:///var/run/docker.sock"
}
loki.source.docker "all" {
  host       = "unix:///var/run/docker.sock"
  targets    = discovery.docker.all.targets
  forward_to = [loki.process.lines.receiver]
}
loki.source.file "files" {
  targets    = [{ __path__ = "/tmp/*.log", job = "test" }]
  forward_to = [loki.process.lines.receiver]
  file_match {
    enabled     = true
    sync_period = "1s"
  }
}
loki.source.syslog "syslog" {
  listener {
    address  = "127.0.0.1:1514"
    protocol = "tcp"
  }
  forward_to = [loki.process.lines.receiver]
}
loki.process "lines" {
  forward_to = [loki.write.works.receiver, loki.write.fails.receiver]
  stage.json {
    expressions = { level = "" }
  }
  stage.drop {
    source = "level"
    value  = "trace"
  }
  stage.multiline {
    firstline = "^\\\\{"
  }
}
loki.write "works" {
  endpoint {
    url        = "http://loki:3100/loki/api/v1/push"
    batch_wait = "100ms"
  }
}
loki.write "fails" {
  endpoint {
    url                 = "http://127.0.0.1:1/x"
    batch_wait          = "100ms"
    min_backoff_period  = "10ms"
    max_backoff_period  = "10ms"
    max_backoff_retries = 2
  }
}
`;

const lines = `for i in $(seq 100); do echo '{"level":"info","n":'$i'}'; echo '{"level":"trace"}'; done >> /tmp/a.log`;

const awaited = [
  /^loki_write_dropped_entries_total\{.*\} [1-9]/m,
  /^loki_write_sent_entries_total\{.*works.*\} [1-9]/m,
  /^loki_source_file_read_lines_total\{.*\} [1-9]/m,
  /^loki_source_docker_target_entries_total\{.*\} [1-9]/m,
];

export const alloy: Component = {
  name: 'alloy',
  captured: 'with containers, a file and syslog as sources, a Loki that takes the lines and one that does not answer',
  versionOf: 'alloy_build_info',
  images: ['alloy', 'loki'],
  async scrape(place) {
    await place.start({
      alias: 'loki',
      image: 'loki',
      port: 3100,
      files: { '/etc/loki/loki.yaml': store },
      args: ['-config.file=/etc/loki/loki.yaml'],
    });
    const running = await place.start({
      alias: 'alloy',
      image: 'alloy',
      port: 12345,
      files: { '/etc/config.alloy': config },
      args: [
        'run',
        '--server.http.listen-addr=0.0.0.0:12345',
        '--storage.path=/var/lib/alloy/data',
        '--disable-reporting',
        '/etc/config.alloy',
      ],
      with: (container) =>
        container.withBindMounts([{ source: '/var/run/docker.sock', target: '/var/run/docker.sock', mode: 'ro' }]),
    });
    let text = '';
    for (let i = 0; i < 60; i++) {
      await running.exec(lines);
      text = await running.get('/metrics');
      if (awaited.every((pattern) => pattern.test(text))) return [text];
      await sleep(500);
    }
    throw new Error(`not seen: ${awaited.filter((pattern) => !pattern.test(text)).join(', ')}`);
  },
};

const store = `
auth_enabled: false
server: { http_listen_port: 3100, log_level: warn }
common:
  instance_addr: 127.0.0.1
  path_prefix: /loki
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
  storage: { filesystem: { chunks_directory: /loki/chunks, rules_directory: /loki/rules } }
schema_config:
  configs:
    - { from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }
ingester: { lifecycler: { min_ready_duration: 1s } }
analytics: { reporting_enabled: false }
`;
