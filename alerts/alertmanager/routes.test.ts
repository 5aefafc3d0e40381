import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { run, which } from '../../test/support/shell.ts';
import { email, sampleConfig, sampleSurroundings, slack, written } from '../testing/sample.ts';
import { alertmanagerFile } from './config.ts';
import { type Route, rootRoute } from './routes.ts';

const amtool = await which('amtool');

const cases: readonly { readonly labels: string; readonly receiver: string }[] = [
  { labels: 'alertname=Watchdog severity=none team=default', receiver: 'watchdog' },
  { labels: 'alertname=Watchdog severity=critical team=data', receiver: 'watchdog' },
  {
    labels: 'alertname=ProbeDown severity=critical team=default service=web probe=live',
    receiver: 'everybody-critical',
  },
  { labels: 'alertname=ProbeDown severity=warning team=default service=web probe=live', receiver: 'everybody-warning' },
  { labels: 'alertname=ProbeDown severity=critical team=data service=db probe=live', receiver: 'team-data-critical' },
  { labels: 'alertname=ProbeDown severity=warning team=data service=db probe=live', receiver: 'team-data-warning' },
  { labels: 'alertname=ProbeDown severity=critical team=nobody service=db probe=live', receiver: 'everybody-critical' },
  { labels: 'alertname=ProbeDown severity=critical team=data2 service=db probe=live', receiver: 'everybody-critical' },
  { labels: 'alertname=ProbeServiceDown severity=critical team=default', receiver: 'everybody-critical' },
  { labels: 'alertname=ProbeStale severity=critical team=data service=db probe=live', receiver: 'team-data-critical' },
  { labels: 'alertname=ProbeMissing severity=critical team=ops service=db probe=live', receiver: 'everybody-critical' },
  { labels: 'alertname=CertificateExpiringSoon severity=warning team=data', receiver: 'team-data-warning' },
  { labels: 'alertname=CertificateExpiringVerySoon severity=critical team=data', receiver: 'team-data-critical' },
  { labels: 'alertname=TargetDown severity=warning team=default', receiver: 'everybody-warning' },
  {
    labels: 'alertname=AlertmanagerDeliveryFailing severity=critical category=meta team=default',
    receiver: 'everybody-critical',
  },
  { labels: 'alertname=LokiDiscarding severity=warning category=meta team=default', receiver: 'everybody-critical' },
  { labels: 'alertname=ProbeMissing severity=warning category=meta team=data', receiver: 'everybody-critical' },
  { labels: 'alertname=Other', receiver: 'everybody-warning' },
];

describe.skipIf(!amtool)('routes (needs amtool on PATH)', () => {
  test.each(cases)('$labels goes to $receiver', async ({ labels, receiver }) => {
    const config = sampleConfig({ slack, email, teams: { data: { slack: { ...slack, channel: '#data' } } } });
    await using files = await written([alertmanagerFile(config, sampleSurroundings())]);
    const file = join(files.folder, 'alerts/generated/alertmanager.yaml');
    const { stdout } = await run('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels.split(' ')]);
    expect(stdout.trim()).toBe(receiver);
  });
});

describe('timing', () => {
  test('nobody waits for what another group does', () => {
    const bySubject = ['alertname', 'service', 'probe'];
    const byService = ['alertname', 'service'];
    expect(rootRoute(sampleConfig())).toEqual({
      receiver: 'everybody-warning',
      group_by: byService,
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        {
          receiver: 'watchdog',
          matchers: ['alertname="Watchdog"'],
          group_by: ['alertname', 'source'],
          group_wait: '0s',
          group_interval: '30s',
          repeat_interval: '29s',
        },
        {
          receiver: 'everybody-critical',
          matchers: ['category="meta"'],
          group_by: byService,
          group_wait: '30s',
          group_interval: '5m',
          repeat_interval: '12h',
          routes: [
            {
              receiver: 'everybody-critical',
              matchers: ['severity="critical"'],
              group_by: byService,
              group_wait: '5s',
              group_interval: '1m',
              repeat_interval: '1h',
            },
          ],
        },
        {
          receiver: 'everybody-warning',
          matchers: ['alertname="ProbeDown"'],
          group_by: bySubject,
          group_wait: '0s',
          group_interval: '30s',
          repeat_interval: '1h',
          routes: [{ receiver: 'everybody-critical', matchers: ['severity="critical"'] }],
        },
        {
          receiver: 'everybody-critical',
          matchers: ['severity="critical"'],
          group_by: byService,
          group_wait: '5s',
          group_interval: '1m',
          repeat_interval: '1h',
        },
      ],
    });
  });
});

describe('office hours', () => {
  const config = {
    ...sampleConfig({ slack, teams: { data: { slack } } }),
    officeHours: { from: '08:00', to: '18:00', days: ['mon', 'tue'], timeZone: 'Europe/Berlin' } as const,
  };

  test('hold back what is a warning, wherever it goes, and nothing else', () => {
    const all = (route: Route): readonly Route[] => [route, ...(route.routes ?? []).flatMap(all)];
    const [root, ...others] = all(rootRoute(config));
    // Alertmanager refuses them at the root: a route of its own catches what falls through.
    expect(root?.active_time_intervals).toBeUndefined();
    expect(others.at(-1)).toEqual({ receiver: 'everybody-warning', active_time_intervals: ['office-hours'] });
    for (const { receiver, active_time_intervals } of others) {
      expect({ receiver, active_time_intervals }).toEqual({
        receiver,
        active_time_intervals: receiver.endsWith('-warning') ? ['office-hours'] : undefined,
      });
    }
  });

  test('are written as Alertmanager reads them', () => {
    const { content } = alertmanagerFile(config, sampleSurroundings());
    expect(load(content)).toMatchObject({
      time_intervals: [
        {
          name: 'office-hours',
          time_intervals: [
            {
              times: [{ start_time: '08:00', end_time: '18:00' }],
              weekdays: ['monday', 'tuesday'],
              location: 'Europe/Berlin',
            },
          ],
        },
      ],
    });
  });
});
