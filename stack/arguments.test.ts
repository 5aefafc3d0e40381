import { describe, expect, test } from 'vitest';
import { composeForTest, nativeForTest } from '../test/support/generator-input.ts';
import { componentCommand } from './arguments.ts';
import { defaultUrls } from './links.ts';
import { partNames } from './parts.ts';

describe('componentCommand', () => {
  test('starts Prometheus in a container', () => {
    expect(componentCommand('prometheus', composeForTest())).toEqual({
      env: {},
      args: [
        '--config.file=/etc/watchpost/prometheus/prometheus.yaml',
        '--storage.tsdb.path=/prometheus',
        '--storage.tsdb.retention.time=32d',
        '--web.listen-address=0.0.0.0:9090',
        '--web.external-url=http://127.0.0.1:9090',
        '--web.enable-lifecycle',
        '--web.enable-remote-write-receiver',
      ],
    });
  });

  test('starts Alertmanager alone, unhurried, and behind the URL that people use', () => {
    const urls = { ...defaultUrls, alertmanager: 'https://watch.example.org/am' };
    expect(componentCommand('alertmanager', nativeForTest(), urls).args).toEqual([
      '--config.file=/home/me/.watchpost/config/alerts/generated/alertmanager.yaml',
      '--storage.path=/home/me/.watchpost/alertmanager',
      '--web.listen-address=127.0.0.1:9093',
      '--web.external-url=https://watch.example.org/am',
      '--web.route-prefix=/',
      '--cluster.listen-address=',
      '--dispatch.start-delay=15s',
      '--data.maintenance-interval=1m',
      '--enable-feature=utf8-strict-mode',
    ]);
  });

  test('gives the probe service only the parts that run', () => {
    expect(componentCommand('watchpost', nativeForTest(['alertmanager', 'prometheus', 'loki'])).args).toEqual([
      'serve',
      '--config',
      '/home/me/.watchpost/config/probes/generated/watchpost.yaml',
      '--listen',
      '127.0.0.1:9815',
    ]);
    expect(componentCommand('watchpost', composeForTest()).args).toEqual([
      'serve',
      '--config',
      '/etc/watchpost/probes/watchpost.yaml',
      '--listen',
      '0.0.0.0:9815',
      '--data',
      '/watchpost',
      '--alertmanager',
      'http://alertmanager:9093',
      '--prometheus',
      'http://prometheus:9090',
      '--loki',
      'http://loki:3100',
      '--otlp-logs',
      'http://loki:3100/otlp',
    ]);
  });

  test('asks systemd for the units that are named, over the bus that is mounted', () => {
    const units = ['nginx.service', 'getty@tty1.service', 'srv-data\\x2dold.mount'];
    const { args, env } = componentCommand('node-exporter', composeForTest(), defaultUrls, { units });
    expect(args.slice(-4)).toEqual([
      '--collector.systemd',
      '--collector.systemd.unit-include=nginx\\.service|getty@tty1\\.service|srv-data\\\\x2dold\\.mount',
      '--collector.systemd.unit-exclude=',
      '--collector.systemd.enable-restarts-metrics',
    ]);
    expect(env).toEqual({ DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/run/dbus/system_bus_socket' });
    const without = componentCommand('node-exporter', composeForTest());
    expect([without.args.some((argument) => argument.includes('systemd')), without.env]).toEqual([false, {}]);
  });

  test.each(partNames)('natively, %s listens for this machine only', (part) => {
    const { args, env } = componentCommand(part, nativeForTest());
    expect(JSON.stringify([args, env])).not.toMatch(/0\.0\.0\.0|\[::\]/);
  });
});
