import { z } from 'zod';
import { serviceKinds } from '../stack/kinds.ts';
import { defaultLocation, defaultTeam, severities } from '../stack/labels.ts';
import { defaultUrls } from '../stack/links.ts';
import { weekdays } from '../stack/maintenance.ts';
import * as field from './fields.ts';
import { logStore, serviceLogs, syslog } from './log-schema.ts';

/** The schema of watchpost.yaml: the loader, the JSON Schema and the option reference are all made from it. */

const every = field.duration('1s', '24h');
const timeout = field.duration('10ms', '24h');
const confirm = z.int().min(0).max(10);
const recover = z.int().min(1).max(10);

const words = {
  every: 'How long from the start of one run to the start of the next.',
  timeout: 'Time limit of one attempt, at most `every`.',
  confirm: 'How many re-checks, 1s apart, must repeat a fail before it counts. 0: the first fail counts.',
  recover: 'How many passes in a row end it.',
};
/** As the reference shows them where the schema cannot hold the default, because it depends on another key. */
const defaultTimeout = 'the smaller of 5s and half of `every`';

export const defaults = { everyMs: 10_000, timeoutMs: 5_000, confirm: 2, recover: 2 } as const;

/** The keys that may stand in a probe whatever its protocol. Generators read them, so no variable may stand in them. */
export const commonOptions = z.strictObject({
  every: every.optional().describe(words.every).meta({ shownDefault: '`defaults.every`, else `10s`' }),
  timeout: timeout
    .optional()
    .describe(words.timeout)
    .meta({ shownDefault: `\`defaults.timeout\`, else ${defaultTimeout}` }),
  confirm: confirm.optional().describe(words.confirm).meta({ shownDefault: '`defaults.confirm`, else `2`' }),
  recover: recover.optional().describe(words.recover).meta({ shownDefault: '`defaults.recover`, else `2`' }),
  severity: z
    .enum(severities)
    .default('critical')
    .describe('`critical` pages on every channel at once; `warning` goes to Slack.'),
});

const slo = z.strictObject({
  availability: field.percentage.optional().describe('The share of runs that must pass: 99.9%.'),
  latency: z
    .strictObject({
      below: field.duration('1ms', '60s').describe('The time within which an answer counts as fast: 300ms.'),
      for: field.percentage.describe('The share of runs that must be fast: 95%.'),
    })
    .optional()
    .describe('How fast the service must answer, and how often.'),
  window: field.duration('1d', '90d').prefault('30d').describe('The time over which the objective is judged.'),
});

/** What the exporter of a service asks, and as whom. Other parts read it, so no variable may stand in it. */
export const exporterOptions = z.strictObject({
  address: field.hostPort
    .optional()
    .describe('`postgres`, `redis`: where the server listens: db.example.org:5432.')
    .meta({ shownDefault: 'that of the first `postgres` or `redis` probe of the service' }),
  database: field
    .line('the name of a database', 63)
    .optional()
    .describe('`postgres`: the database to connect to. What is measured is that of the whole server.')
    .meta({ shownDefault: 'that of the probe, else `postgres`' }),
  username: field
    .line('a user name', 200)
    .optional()
    .describe('`postgres`, `redis`: whom to log in as; for PostgreSQL one that was granted pg_monitor is enough.')
    .meta({ shownDefault: 'that of the probe' }),
  password_file: field.filePath
    .optional()
    .describe('`postgres`, `redis`: file that holds the password and nothing else.')
    .meta({ shownDefault: 'the variable that stands for the password in the probe' }),
  status_url: field.scrapedUrl
    .optional()
    .describe('`nginx`: URL of its stub_status page: http://nginx:8080/stub_status. Required for this kind.'),
  tls: z
    .boolean()
    .optional()
    .describe('`postgres`, `redis`: whether to speak TLS.')
    .meta({ shownDefault: 'as the probe does' }),
  ca_file: field.filePath
    .optional()
    .describe('PEM file of the certificate authorities to trust.')
    .meta({ shownDefault: 'that of the probe' }),
  trust: z
    .enum(['chain', 'any'])
    .optional()
    .describe('`chain`: the certificate must be right. `any`: nothing in it is looked at.')
    .meta({ shownDefault: 'as the probe, else `chain`' }),
});

/** `probe` is the schema of a probe: that of each protocol for editors, any map for the loader. */
export function service<Probe extends z.ZodType>(probe: Probe) {
  return z.strictObject({
    kind: z
      .enum(serviceKinds)
      .optional()
      .describe(
        'What it is, where that is more than something to probe: brings an exporter, its scrape and its alert rules. `host` and `containers` are this machine and what runs in its Docker engine.',
      ),
    team: field.name.default(defaultTeam).describe('Who is paged: a key of `notify.teams`, or anybody.'),
    labels: z
      .record(field.labelName, field.line('a text of 1 to 128 characters', 128))
      .default({})
      .describe('Labels of your own, such as the colour of a blue-green pair.'),
    depends_on: z
      .array(z.string('expected the name of a service'))
      .default([])
      .describe('Services that this one needs. While one of them is down, only that one pages.'),
    slo: slo.optional().describe('Service level objective.'),
    metrics: field.scrapedUrl
      .optional()
      .describe('URL that Prometheus scrapes. With a `kind`: that of an exporter of yours, and none is brought.'),
    exporter: exporterOptions
      .optional()
      .describe('What the exporter of a `kind` asks. Where a probe of the service says it already, leave it out.'),
    units: z
      .array(field.unitName)
      .min(1)
      .max(100)
      .optional()
      .describe('`kind: host`: the systemd units that must be active: [nginx, docker.service].'),
    logs: serviceLogs.optional().describe('Where the log lines of the service come from: one of the four.'),
    probes: z.record(field.name, probe).default({}).describe('What is checked, by name.'),
  });
}

const slackChannelOption = field.slackChannel
  .optional()
  .describe('Channel: "#alerts". Default: the one of the webhook.');
const email = {
  to: z.array(field.emailAddress).min(1).describe('Addresses.'),
  from: field.emailAddress.describe('Sender.'),
  smarthost: field.hostPort.describe('Relay: smtp.example.org:587.'),
  username: field.line('a user name', 200).optional().describe('User at the relay.'),
  password_file: field.filePath.optional().describe('File that holds the password.'),
  require_tls: z
    .boolean()
    .default(true)
    .describe('Refuse to send without TLS. `false` only for a relay on a loopback or private address.'),
};

const notify = z.strictObject({
  slack: z
    .strictObject({
      webhook_url_file: field.filePath.describe('File that holds the URL of an incoming webhook.'),
      channel: slackChannelOption,
    })
    .optional()
    .describe('Slack.'),
  email: z.strictObject(email).optional().describe('E-mail.'),
  teams: z
    .record(
      field.name,
      z.strictObject({
        slack: z
          .strictObject({
            webhook_url_file: field.filePath.optional().describe('Default: the one above.'),
            channel: slackChannelOption,
          })
          .optional()
          .describe('Slack for this team. What is left out is taken from `notify.slack`.'),
        email: z
          .strictObject({
            ...z.strictObject(email).partial().shape,
            require_tls: z.boolean().optional().describe('Refuse to send without TLS.'),
          })
          .optional()
          .describe('E-mail for this team. What is left out is taken from `notify.email`.'),
      }),
    )
    .default({})
    .describe('Channels of single teams. A team without an entry goes to the channels above.'),
});

const maintenance = z.strictObject({
  name: field.line('a name of 1 to 80 characters', 80).describe('What it is for: nightly backup.'),
  services: z
    .array(z.string('expected the name of a service'))
    .min(1)
    .optional()
    .describe('The services that it is about.')
    .meta({ shownDefault: 'all of them' }),
  from: field.instant.optional().describe('When a window that comes once begins.'),
  to: field.instant.optional().describe('When it ends.'),
  at: field.timeOfDay.optional().describe('When a window that comes again begins, by the clock there: "03:00".'),
  for: field.duration('1m', '24h').optional().describe('How long it lasts.'),
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .optional()
    .describe('On which days: [sat, sun].')
    .meta({ shownDefault: 'every day' }),
  timezone: field.timeZone
    .optional()
    .describe('Where the clock hangs that `at` is read from: Europe/Berlin.')
    .meta({ shownDefault: '`UTC`' }),
});

const otlp = z.strictObject({
  traces: field.baseUrl.describe(
    'Where spans go by OTLP over HTTP: http://collector:4318. They are posted to /v1/traces below it. Targets are sent a `traceparent`.',
  ),
  headers_file: field.filePath
    .optional()
    .describe('File of headers to send along, one a line: `Authorization: Bearer …`.'),
  sample: z.number().gt(0).max(1).default(1).describe('The share of the runs that is traced, from more than 0 to 1.'),
});

/** The whole file. The protocols are checked by themselves (`probe.ts`), so the loader takes any map for a probe. */
export function documentSchema<Probe extends z.ZodType>(probe: Probe) {
  return z.strictObject({
    stack: field.name.describe('Name of this installation; stands in every alert, dashboard and log line.'),
    environment: field.name.default('production').describe('Which of your environments it watches.'),
    defaults: z
      .strictObject({
        every: every.optional().describe(words.every).meta({ shownDefault: '`10s`' }),
        timeout: timeout.optional().describe(words.timeout).meta({ shownDefault: defaultTimeout }),
        confirm: confirm.default(defaults.confirm).describe(words.confirm),
        recover: recover.default(defaults.recover).describe(words.recover),
      })
      .prefault({})
      .describe('For every probe that does not say otherwise.'),
    urls: z
      .strictObject({
        grafana: field.baseUrl.prefault(defaultUrls.grafana).describe('Where you open Grafana.'),
        alertmanager: field.baseUrl.prefault(defaultUrls.alertmanager).describe('Where you open Alertmanager.'),
        watchpost: field.baseUrl.prefault(defaultUrls.watchpost).describe('Where you open the probe service.'),
      })
      .prefault({})
      .describe('What the links in a page point to.'),
    services: z.record(field.name, service(probe)).meta({ minProperties: 1 }).describe('What you run, by name.'),
    location: field.name
      .default(defaultLocation)
      .describe('Where this installation stands, as the label `location` says.'),
    locations: z
      .record(field.name, field.hostPort)
      .default({})
      .describe(
        'Probe services elsewhere that probe the same, each started with `serve --location NAME`: { fra: 10.8.0.2:9815 }. Prometheus scrapes them, and a probe pages when a `quorum` of all locations says that it is down.',
      ),
    quorum: z
      .int()
      .min(1)
      .max(50)
      .optional()
      .describe('How many locations must find a probe down before it pages.')
      .meta({ shownDefault: 'more than half of all' }),
    office_hours: z
      .strictObject({
        from: field.timeOfDay.describe('When they begin: "08:00".'),
        to: field.timeOfDay.describe('When they end: "18:00".'),
        days: z
          .array(z.enum(weekdays))
          .min(1)
          .default(['mon', 'tue', 'wed', 'thu', 'fri'])
          .describe('On which days.')
          .meta({ shownDefault: '`[mon, tue, wed, thu, fri]`' }),
        timezone: field.timeZone
          .default('UTC')
          .describe('Where the clock hangs that they are read from: Europe/Berlin.'),
      })
      .optional()
      .describe(
        'When warnings are sent; one that begins outside of them waits. What is critical, and what is about Watchpost itself, is sent at any time.',
      ),
    maintenance: z
      .array(maintenance)
      .max(100)
      .default([])
      .describe(
        'Windows in which nobody is paged for the services named. They are probed all the same, and their runs are counted apart.',
      ),
    references: z
      .array(field.hostPort)
      .max(5)
      .default([])
      .describe(
        'Hosts that are always reachable where your uplink works: 1.1.1.1:443. When none of them answers, a target beyond the uplink that does not answer either is inconclusive and not down. Without any, a host that is cut off reports its targets as down.',
      ),
    retention: field
      .days('2d', '3650d')
      .prefault('7d')
      .describe('How long log lines are kept, in whole days; then they are deleted. Metrics are kept for 32 days.'),
    logs: logStore.prefault({}).describe('Where log lines are kept.'),
    syslog: syslog.prefault({}).describe('Where syslog messages are taken, once a service has `logs: { syslog: … }`.'),
    heartbeat_url_file: field.filePath
      .optional()
      .describe(
        'File that holds a URL outside of this host that the probe service asks for every minute, as long as it is well: whoever watches it (healthchecks.io and the like) says so when this host dies.',
      ),
    deploys: z
      .strictObject({
        token_file: field.filePath
          .optional()
          .describe(
            'File that holds what whoever reports a deploy must show. Without it whoever reaches the port may.',
          ),
      })
      .optional()
      .describe('What is deployed is reported to the probe service, by POST to /api/v1/deploys.'),
    otlp: otlp.optional().describe('Traces of what the probe service does. Off by default.'),
    rules: field.folder
      .optional()
      .describe(
        'A folder of rule files of your own for Prometheus (*.yaml), relative to this file, and of their tests (*.test.yaml). They are checked like ours, and loaded.',
      ),
    notify: notify.prefault({}).describe('Who hears about it.'),
  });
}

export type Document = z.output<ReturnType<typeof documentSchema<z.ZodType>>>;
