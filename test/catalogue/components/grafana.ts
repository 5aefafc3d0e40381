import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '../component.ts';

const dataSource = `
apiVersion: 1
datasources:
  - { name: away, uid: away, type: prometheus, access: proxy, url: "http://127.0.0.1:1" }
`;

const query = { refId: 'A', datasource: { uid: 'away' }, expr: 'up', instant: true };

export const grafana: Component = {
  name: 'grafana',
  captured: 'with a data source that does not answer, and pages and queries asked of it',
  versionOf: 'grafana_build_info',
  images: ['grafana'],
  async scrape(place) {
    const running = await place.start({
      alias: 'grafana',
      image: 'grafana',
      port: 3000,
      files: { '/etc/grafana/provisioning/datasources/away.yaml': dataSource },
      env: {
        GF_AUTH_ANONYMOUS_ENABLED: 'true',
        GF_AUTH_ANONYMOUS_ORG_ROLE: 'Admin',
        GF_ANALYTICS_REPORTING_ENABLED: 'false',
        GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
        GF_PATHS_PROVISIONING: '/etc/grafana/provisioning',
        GF_PATHS_DATA: '/var/lib/grafana',
        GF_PATHS_LOGS: '/var/log/grafana',
        GF_PATHS_PLUGINS: '/var/lib/grafana/plugins',
      },
      with: (container) => container.withStartupTimeout(180_000),
    });
    await running.get('/api/health');
    await running.get('/api/search');
    // The answer tells of the data source, and is an error.
    await running.post('/api/ds/query', { queries: [query], from: 'now-1h', to: 'now' }).catch(() => {});
    let text = '';
    for (let i = 0; i < 60; i++) {
      text = await running.get('/metrics');
      if (/^grafana_http_request_duration_seconds_count\{.*search.*\} [1-9]/m.test(text)) return [text];
      await running.get('/api/search');
      await sleep(500);
    }
    throw new Error('no request was counted');
  },
};
