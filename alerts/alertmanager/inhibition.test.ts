import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { which } from '../../test/support/shell.ts';
import { postAlerts, startAlertmanager } from '../testing/alertmanager.ts';
import { sampleConfig, sampleSurroundings, written } from '../testing/sample.ts';
import { alertmanagerFile } from './config.ts';

type Labels = Readonly<Record<string, string>>;

const program = (await which('prometheus-alertmanager')) ?? (await which('alertmanager'));

const down = (service: string, further: Labels = {}): Labels => ({
  alertname: 'ProbeDown',
  service,
  probe: 'live',
  target: 't',
  severity: 'critical',
  team: 'default',
  stack: 'shop',
  environment: 'test',
  ...further,
});
const stale = (labels: Labels): Labels => ({ alertname: 'ProbeStale', severity: 'critical', ...labels });
const soon = (labels: Labels): Labels => ({ alertname: 'CertificateExpiringSoon', severity: 'warning', ...labels });
const verySoon = (labels: Labels): Labels => ({
  alertname: 'CertificateExpiringVerySoon',
  severity: 'critical',
  ...labels,
});
const silent = (service: string): Labels => ({ alertname: 'LogSourceSilent', severity: 'warning', service });
const missing = (job: string, further: Labels = {}): Labels => ({
  alertname: 'TargetDown',
  severity: 'warning',
  job,
  ...further,
});
const certificate = { service: 'web', probe: 'certificate', target: 'web:443' };
const serviceDown: Labels = { alertname: 'ProbeServiceDown', severity: 'critical', job: 'watchpost' };

const module = (alertname: string, service: string, severity = 'critical', further: Labels = {}): Labels => ({
  alertname,
  service,
  severity,
  team: 'default',
  ...further,
});

/** proxy depends on web, web on panel, panel on postgres and redis; engine on server, a host. */
const cases: readonly {
  readonly name: string;
  readonly firing: readonly Labels[];
  /** Of those, the ones nobody is paged for, by their place in the list. */
  readonly muted: readonly number[];
}[] = [
  { name: 'a parent mutes its child', firing: [down('panel'), down('web')], muted: [1] },
  { name: 'and the children of that', firing: [down('postgres'), down('panel'), down('web')], muted: [1, 2] },
  { name: 'a grandparent mutes alone', firing: [down('postgres'), down('web')], muted: [1] },
  { name: 'a child alone pages', firing: [down('web')], muted: [] },
  { name: 'a child does not mute its parent, nor a sibling', firing: [down('postgres'), down('redis')], muted: [] },
  {
    name: 'two probes of one service do not mute each other',
    firing: [down('panel'), down('panel', { probe: 'ready' })],
    muted: [],
  },
  {
    name: 'a parent that only warns mutes nobody',
    firing: [down('panel', { severity: 'warning' }), down('web')],
    muted: [],
  },
  {
    name: 'a service that is down is not silent too',
    firing: [down('web'), silent('web'), silent('panel')],
    muted: [1],
  },
  {
    name: 'a dead log collector is one page',
    firing: [missing('alloy'), silent('web'), silent('panel')],
    muted: [1, 2],
  },
  {
    name: 'another target that is missing silences nobody',
    firing: [missing('shop', { service: 'shop' }), silent('web')],
    muted: [],
  },
  {
    name: 'a parent mutes what else is said of its children',
    firing: [
      down('panel'),
      stale({ service: 'web', probe: 'live' }),
      soon(certificate),
      verySoon({ ...certificate, probe: 'other' }),
    ],
    muted: [1, 2, 3],
  },
  { name: 'a stale parent mutes nobody', firing: [stale({ service: 'panel', probe: 'live' }), down('web')], muted: [] },
  {
    name: 'a name that only begins like a child is no child',
    firing: [down('panel'), down('web-two')],
    muted: [],
  },
  {
    name: 'a dead probe service mutes what does not run, and nothing that was down',
    firing: [
      serviceDown,
      stale({ service: 'web', probe: 'live' }),
      { alertname: 'ProbeMissing', severity: 'critical', service: 'web', probe: 'live' },
      down('redis'),
      { alertname: 'TargetDown', severity: 'warning', job: 'shop', instance: 'i' },
      soon({ ...certificate, service: 'redis' }),
    ],
    muted: [1, 2],
  },
  {
    name: 'a probe that is down is not stale too',
    firing: [down('web'), stale({ service: 'web', probe: 'live' }), stale({ service: 'web', probe: 'ready' })],
    muted: [1],
  },
  {
    name: 'a service that is down has no metrics either, others are still missed',
    firing: [
      down('web'),
      { alertname: 'TargetDown', severity: 'warning', job: 'web', instance: 'i', service: 'web' },
      { alertname: 'TargetDown', severity: 'warning', job: 'redis', instance: 'i', service: 'redis' },
      { alertname: 'TargetDown', severity: 'warning', job: 'loki', instance: 'i' },
    ],
    muted: [1],
  },
  {
    name: 'a label that both lack makes nothing equal: targets',
    firing: [
      { alertname: 'ProbeDown', severity: 'critical' },
      { alertname: 'TargetDown', severity: 'warning', job: 'loki', instance: 'i' },
    ],
    muted: [],
  },
  {
    name: 'a label that both lack makes nothing equal: stale',
    firing: [{ alertname: 'ProbeDown', severity: 'critical' }, stale({})],
    muted: [],
  },
  {
    name: 'a label that both lack makes nothing equal: certificates',
    firing: [verySoon({ service: 'web', probe: 'certificate' }), soon({ service: 'web', probe: 'certificate' })],
    muted: [],
  },
  {
    name: 'the more urgent alert about a certificate mutes the other, of the same certificate only',
    firing: [verySoon(certificate), soon(certificate), soon({ ...certificate, target: 'web:8443' })],
    muted: [1],
  },
  {
    name: 'what a probe finds is one page, whatever the exporter says later',
    firing: [
      down('postgres'),
      module('PostgresDown', 'postgres'),
      module('PostgresConnectionsExhausted', 'postgres'),
      module('ExporterFailing', 'postgres', 'warning'),
      module('RedisDown', 'redis'),
      module('PostgresReplicationLag', 'postgres', 'warning'),
    ],
    muted: [1, 2, 3],
  },
  {
    name: 'a probe that tells nothing of the server mutes nothing: a missed backup is not a database that is down',
    firing: [down('postgres', { probe: 'backup' }), module('PostgresDown', 'postgres')],
    muted: [],
  },
  {
    name: 'nor does one that only warns',
    firing: [down('redis', { severity: 'warning' }), module('RedisDown', 'redis')],
    muted: [],
  },
  {
    name: 'an exporter alone says what is down, and that it cannot look is no news then',
    firing: [
      module('RedisDown', 'redis'),
      module('ExporterFailing', 'redis', 'warning'),
      module('ExporterFailing', 'postgres', 'warning'),
    ],
    muted: [1],
  },
  {
    name: 'no connection left says more than that the exporter is refused, and mutes its own warning',
    firing: [
      module('RedisConnectionsExhausted', 'redis'),
      module('RedisDown', 'redis'),
      module('RedisConnectionsHigh', 'redis', 'warning'),
      module('PostgresConnectionsHigh', 'postgres', 'warning'),
    ],
    muted: [1, 2],
  },
  {
    name: 'a host mutes what cannot be seen of that which runs on it, and its own metrics',
    firing: [
      module('HostDown', 'server', 'critical', { instance: 'server:9100' }),
      { alertname: 'TargetDown', severity: 'warning', job: 'host', instance: 'server:9100', service: 'server' },
      { alertname: 'TargetDown', severity: 'warning', job: 'containers', instance: 'server:8080', service: 'engine' },
      down('engine'),
      module('NginxDown', 'proxy'),
    ],
    muted: [1, 2],
  },
  {
    name: 'a dependency that is down mutes what cannot be seen of those behind it',
    firing: [
      down('web'),
      module('NginxDown', 'proxy'),
      module('ExporterFailing', 'proxy', 'warning'),
      module('NginxDroppingConnections', 'proxy'),
    ],
    muted: [1, 2],
  },
  {
    name: 'a disk that is full does not fill, another one may',
    firing: [
      module('HostDiskCritical', 'server', 'critical', { mountpoint: '/' }),
      module('HostDiskFilling', 'server', 'warning', { mountpoint: '/' }),
      module('HostDiskFilling', 'server', 'warning', { mountpoint: '/data' }),
    ],
    muted: [1],
  },
  {
    name: 'many services at once are one page, with what their exporters say',
    firing: [
      down('many-services', { probe: 'at-once' }),
      module('PostgresDown', 'postgres'),
      module('HostDown', 'server'),
      module('HostDiskCritical', 'server', 'critical', { mountpoint: '/' }),
    ],
    muted: [1, 2],
  },
  {
    name: 'a label that both lack makes nothing equal: exporters',
    firing: [
      { alertname: 'PostgresDown', severity: 'critical' },
      { alertname: 'ExporterFailing', severity: 'warning' },
    ],
    muted: [],
  },
];

/** Inhibition works on what has been taken in; this pair comes last, so when it shows, all before it has been seen. */
const last = [down('last'), stale({ service: 'last', probe: 'live' })];

describe.skipIf(!program)('inhibition (needs Alertmanager on PATH)', () => {
  test.each(cases)('$name', async ({ firing, muted }) => {
    await using files = await written([alertmanagerFile(sampleConfig(), sampleSurroundings())]);
    await using alertmanager = await startAlertmanager(
      program ?? '',
      join(files.folder, 'alerts/generated/alertmanager.yaml'),
    );
    await postAlerts(alertmanager.url, firing);
    await postAlerts(alertmanager.url, last);
    const now = await statesOnce(alertmanager.url, (states) => states.get(key(last[1] ?? {})) === 'suppressed');
    expect(firing.map((labels) => now.get(key(labels)))).toEqual(
      firing.map((_, i) => (muted.includes(i) ? 'suppressed' : 'active')),
    );
  });
});

/** `active` or `suppressed` by alert, as soon as `settled` holds. */
async function statesOnce(
  url: string,
  settled: (states: ReadonlyMap<string, string>) => boolean,
): Promise<ReadonlyMap<string, string>> {
  for (;;) {
    const response = await fetch(`${url}/api/v2/alerts`);
    const alerts = (await response.json()) as readonly { labels: Labels; status: { state: string } }[];
    const states = new Map(
      alerts.map(({ labels, status }) => [key(labels), status.state === 'unprocessed' ? 'active' : status.state]),
    );
    if (settled(states)) return states;
  }
}

function key(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort());
}
