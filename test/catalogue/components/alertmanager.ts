import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '../component.ts';

const config = `
route: { receiver: all, group_wait: 0s, group_interval: 1s, repeat_interval: 1m }
receivers:
  - name: all
    slack_configs: [{ api_url: "http://127.0.0.1:1/x", channel: "#x" }]
    webhook_configs: [{ url: "http://127.0.0.1:1/x" }, { url: "http://127.0.0.1:9093/nothing-here" }]
    email_configs: [{ to: a@example.org, from: a@example.org, smarthost: "127.0.0.1:1", require_tls: false }]
inhibit_rules: [{ source_matchers: [a="b"], target_matchers: [a="c"], equal: [x] }]
`;

export const alertmanager: Component = {
  name: 'alertmanager',
  captured: 'with an alert that it could deliver neither by Slack nor webhook nor e-mail, and a reload',
  versionOf: 'alertmanager_build_info',
  images: ['alertmanager'],
  async scrape(place) {
    const running = await place.start({
      alias: 'alertmanager',
      image: 'alertmanager',
      port: 9093,
      files: { '/etc/alertmanager.yaml': config },
      args: [
        '--config.file=/etc/alertmanager.yaml',
        '--storage.path=/alertmanager',
        '--cluster.listen-address=',
        '--enable-feature=utf8-strict-mode',
      ],
    });
    await running.post('/api/v2/alerts', [{ labels: { alertname: 'Test', a: 'b' }, annotations: { summary: 'x' } }]);
    await running.post('/-/reload', {});
    // Until the notifications have been given up.
    for (let i = 0; i < 60; i++) {
      const text = await running.get('/metrics');
      if (/^alertmanager_notifications_failed_total\{.*\} [1-9]/m.test(text)) return [text];
      await sleep(500);
    }
    throw new Error('no notification failed');
  },
};
