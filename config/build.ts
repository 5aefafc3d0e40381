import { exporterKinds } from '../stack/exporters.ts';
import { type MaintenanceWindow, weekdays } from '../stack/maintenance.ts';
import { exporterTarget } from './exporter.ts';
import type {
  Channels,
  Config,
  EmailConfig,
  LogOrigin,
  LogSource,
  NotifyConfig,
  OtlpConfig,
  ProbeConfig,
  S3Config,
  ServiceConfig,
  SlackConfig,
} from './model.ts';
import type { ReadProbe } from './probe.ts';
import { asMap, member, type RawMap } from './raw.ts';
import type { Document } from './schema.ts';
import { timing } from './timing.ts';

const exporterKindNames = Object.keys(exporterKinds) as readonly (keyof typeof exporterKinds)[];

/** Puts together what the schemas parsed. Everything is right by now. */
export function buildConfig(
  document: Document,
  raw: RawMap,
  probes: ReadonlyMap<string, ReadonlyMap<string, ReadProbe>>,
  about: Pick<Config, 'file' | 'source' | 'variables'>,
): Config {
  const rawServices = asMap(member(raw, 'services'));
  return {
    ...about,
    stack: document.stack,
    environment: document.environment,
    urls: document.urls,
    location: document.location,
    locations: Object.entries(document.locations).map(([name, at]) => ({ name, ...at })),
    quorum: document.quorum ?? majority(Object.keys(document.locations).length + 1),
    services: Object.entries(document.services).map(([name, service]) => {
      const rawProbes = asMap(member(member(rawServices, name), 'probes'));
      const own = [...(probes.get(name) ?? [])];
      return buildService(
        name,
        service,
        member(rawServices, name),
        own.map(([probeName, probe]) =>
          buildProbe(name, probeName, probe, member(rawProbes, probeName), document, raw),
        ),
      );
    }),
    references: document.references,
    ...(document.rules !== undefined && { rules: document.rules }),
    ...(document.office_hours && { officeHours: buildOfficeHours(document.office_hours) }),
    maintenance: document.maintenance.flatMap((window) => buildWindow(window, Object.keys(document.services))),
    ...(document.heartbeat_url_file !== undefined && { heartbeatUrlFile: document.heartbeat_url_file }),
    retentionMs: document.retention,
    ...(document.logs.s3 && { s3: buildS3(document.logs.s3) }),
    syslog: document.syslog,
    ...(document.deploys?.token_file !== undefined && { deployTokenFile: document.deploys.token_file }),
    ...(document.otlp && { otlp: buildOtlp(document.otlp) }),
    notify: buildNotify(document.notify),
  };
}

function buildOtlp({ traces, headers_file, sample }: NonNullable<Document['otlp']>): OtlpConfig {
  return { traces, sample, ...(headers_file !== undefined && { headersFile: headers_file }) };
}

function buildOfficeHours({
  timezone: timeZone,
  ...hours
}: NonNullable<Document['office_hours']>): Config['officeHours'] {
  return { ...hours, timeZone };
}

function majority(of: number): number {
  return Math.floor(of / 2) + 1;
}

/** One, or none where it says no time: the checks between keys have said so by then. */
function buildWindow(
  { name, services, from, to, at, for: forMs, days, timezone }: Document['maintenance'][number],
  all: readonly string[],
): readonly MaintenanceWindow[] {
  const about = { name, services: services ?? all };
  if (from !== undefined && to !== undefined) return [{ ...about, when: { fromMs: from, toMs: to } }];
  if (at === undefined || forMs === undefined) return [];
  return [{ ...about, when: { at, forMs, days: days ?? weekdays, timeZone: timezone ?? 'UTC' } }];
}

function buildService(
  name: string,
  service: Document['services'][string],
  rawService: unknown,
  probes: readonly ProbeConfig[],
): ServiceConfig {
  const { kind, team, labels, depends_on, slo, metrics, units } = service;
  const logs = logSource(service.logs);
  const exporter = exporterOf(service, rawService);
  return {
    name,
    ...(kind && { kind }),
    team,
    labels,
    dependsOn: depends_on,
    ...(slo && {
      slo: {
        ...(slo.availability !== undefined && { availability: slo.availability }),
        ...(slo.latency && { latency: { belowMs: slo.latency.below, ratio: slo.latency.for } }),
        windowMs: slo.window,
      },
    }),
    ...(metrics !== undefined && { metrics }),
    ...(exporter && { exporter }),
    ...(units && { units: [...new Set(units.map(wholeUnitName))] }),
    ...(logs && { logs }),
    probes,
  };
}

/** The one that the stack runs for this service alone. */
function exporterOf(
  { kind, metrics, exporter }: Document['services'][string],
  rawService: unknown,
): ServiceConfig['exporter'] {
  const own = exporterKindNames.find((one) => one === kind);
  if (own === undefined || metrics !== undefined) return undefined;
  const target = exporterTarget(own, rawService, exporter ?? {});
  return 'lacks' in target ? undefined : target;
}

/** As systemctl does: a name without the type of a unit is that of a service. */
function wholeUnitName(name: string): string {
  return unitType.test(name) ? name : `${name}.service`;
}

const unitType = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

function buildProbe(
  service: string,
  name: string,
  { kind, options, common, atOnePlace, awaitsMs, variables }: ReadProbe,
  rawProbe: unknown,
  document: Document,
  raw: RawMap,
): ProbeConfig {
  const { everyMs, timeoutMs } = timing(rawProbe, member(raw, 'defaults'));
  return {
    service,
    name,
    kind,
    options,
    everyMs,
    timeoutMs,
    confirm: common.confirm ?? document.defaults.confirm,
    recover: common.recover ?? document.defaults.recover,
    severity: common.severity,
    atOnePlace,
    awaitsMs,
    ...(variables && { variables }),
  };
}

function buildS3({ credentials_file, ...s3 }: NonNullable<Document['logs']['s3']>): S3Config {
  const { bucket, region, endpoint } = s3;
  return {
    bucket,
    region,
    ...(endpoint && { endpoint }),
    ...(credentials_file !== undefined && { credentialsFile: credentials_file }),
  };
}

function logSource(logs: Document['services'][string]['logs']): LogSource | undefined {
  const origin = logs && logOrigin(logs);
  return origin && { ...origin, ...(logs.first_line !== undefined && { firstLine: logs.first_line }) };
}

function logOrigin(logs: NonNullable<Document['services'][string]['logs']>): LogOrigin | undefined {
  if (logs.container !== undefined) return { kind: 'container', container: logs.container };
  if (logs.file !== undefined) return { kind: 'file', glob: logs.file };
  if (logs.syslog !== undefined) return { kind: 'syslog', host: logs.syslog };
  return logs.unit === undefined ? undefined : { kind: 'unit', unit: logs.unit };
}

type RawNotify = Document['notify'];

function buildNotify(notify: RawNotify): NotifyConfig {
  // No prototype: whoever looks up a team called "constructor" finds none.
  const teams: Record<string, Channels> = Object.create(null);
  for (const [team, own] of Object.entries(notify.teams)) {
    teams[team] = channels(
      own.slack && { ...notify.slack, ...own.slack },
      own.email && { ...notify.email, ...own.email },
    );
  }
  return { ...channels(notify.slack, notify.email), teams };
}

function channels(slack: Partial<RawNotify['slack']>, email: Partial<RawNotify['email']>): Channels {
  const ownSlack = slackConfig(slack);
  const ownEmail = emailConfig(email);
  return { ...(ownSlack && { slack: ownSlack }), ...(ownEmail && { email: ownEmail }) };
}

function slackConfig(slack: Partial<RawNotify['slack']>): SlackConfig | undefined {
  if (slack?.webhook_url_file === undefined) return undefined;
  return {
    webhookUrlFile: slack.webhook_url_file,
    ...(slack.channel !== undefined && { channel: slack.channel }),
  };
}

function emailConfig(email: Partial<RawNotify['email']>): EmailConfig | undefined {
  if (!email?.to || email.from === undefined || !email.smarthost) return undefined;
  return {
    to: email.to,
    from: email.from,
    smarthost: email.smarthost,
    ...(email.username !== undefined && { username: email.username }),
    ...(email.password_file !== undefined && { passwordFile: email.password_file }),
    requireTls: email.require_tls ?? true,
  };
}
