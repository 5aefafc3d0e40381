import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Channels, Config, EmailConfig, NotifyConfig, ServiceConfig, SlackConfig } from '../../config/model.ts';
import { exporterKinds, exporterName } from '../../stack/exporters.ts';
import { defaultUrls } from '../../stack/links.ts';
import { logDefaults } from '../../stack/log-store.ts';
import { parts } from '../../stack/parts.ts';
import type { GeneratedFile, Surroundings } from '../../stack/surroundings.ts';

export const slack: SlackConfig = { webhookUrlFile: '/run/secrets/slack_webhook_url', channel: '#alerts' };
export const email: EmailConfig = {
  to: ['oncall@example.org', 'boss@example.org'],
  from: 'watchpost@example.org',
  smarthost: { host: 'smtp.example.org', port: 587 },
  username: 'watchpost',
  passwordFile: '/run/secrets/smtp_password',
  requireTls: true,
};
export const mailpit: EmailConfig = {
  to: ['oncall@example.org'],
  from: 'watchpost@example.org',
  smarthost: { host: 'mailpit', port: 1025 },
  requireTls: false,
};

/** proxy depends on web, web on panel, and panel on postgres and redis. There is a service of every kind. */
export function sampleConfig(notify: Partial<NotifyConfig> = {}, services = sampleServices): Config {
  return {
    file: 'watchpost.yaml',
    source: '',
    stack: 'shop',
    environment: 'test',
    urls: defaultUrls,
    services,
    location: 'local',
    locations: [],
    quorum: 1,
    references: [],
    maintenance: [],
    ...logDefaults,
    notify: { teams: {}, ...notify },
    variables: [],
  };
}

const sampleServices: readonly ServiceConfig[] = [
  {
    ...service('web', ['panel']),
    slo: { availability: 0.999, latency: { belowMs: 300, ratio: 0.95 }, windowMs: 30 * 86_400_000 },
  },
  service('panel', ['postgres', 'redis'], 'ops'),
  { ...service('postgres', [], 'data', 'postgres'), kind: 'postgres' },
  { ...service('redis', [], 'default', 'redis'), kind: 'redis' },
  { ...service('proxy', ['web']), kind: 'nginx' },
  { ...service('server', []), kind: 'host', probes: [], units: ['nginx.service', 'backup.service'] },
  { ...service('engine', ['server']), kind: 'containers', probes: [] },
];

/** One configuration for each way to be told. */
export const notifyCases: readonly { readonly name: string; readonly notify: Partial<NotifyConfig> }[] = [
  { name: 'no channel', notify: {} },
  { name: 'Slack and e-mail', notify: { slack, email } },
  { name: 'Slack only', notify: { slack: { webhookUrlFile: slack.webhookUrlFile } } },
  { name: 'e-mail only', notify: { email } },
  { name: 'e-mail to Mailpit', notify: { email: mailpit } },
  { name: 'a team of its own', notify: { slack, email, teams: { data: teamChannels(), ops: {} } } },
];

export function sampleSurroundings(missing: readonly string[] = []): Surroundings {
  return {
    target: 'compose',
    address: (part) => `${part}:${parts[part].port}`,
    reach: (hostPort) => hostPort,
    folder: (folder) => `/etc/watchpost/${folder}`,
    data: (part) => `/var/lib/${part}`,
    secret: (path) => path,
    exporter: (exporter) => `${exporterName(exporter)}:${exporterKinds[exporter.target.kind].port}`,
    has: (part) => !missing.includes(part),
  };
}

/** The files under a folder of their own, which goes when the handle is disposed of. */
export async function written(files: readonly GeneratedFile[]): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-alerts-'));
  for (const { path, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

function teamChannels(): Channels {
  return { slack: { ...slack, channel: '#data' } };
}

function service(name: string, dependsOn: readonly string[], team = 'default', protocol = 'http'): ServiceConfig {
  const probes = ['live', 'ready'].map((probe) => ({
    service: name,
    name: probe,
    kind: protocol,
    options: {},
    everyMs: 5_000,
    timeoutMs: 2_500,
    confirm: 2,
    recover: 2,
    severity: 'critical' as const,
    atOnePlace: false,
    awaitsMs: 0,
  }));
  return { name, team, labels: {}, dependsOn, probes };
}
