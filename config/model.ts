import type { ExporterTarget } from '../stack/exporters.ts';
import type { ServiceKind } from '../stack/kinds.ts';
import type { Severity } from '../stack/labels.ts';
import type { Urls } from '../stack/links.ts';
import type { MaintenanceWindow, Weekday } from '../stack/maintenance.ts';
import type { Variables } from '../stack/secret.ts';

/** A `watchpost.yaml` that was read and found right. All durations in milliseconds. */
export interface Config {
  /** The file it came from, as the user named it. */
  readonly file: string;
  /** The text of that file, for the copy that the probe service reads. */
  readonly source: string;
  readonly stack: string;
  readonly environment: string;
  readonly urls: Urls;
  /** Where the probe service of this installation stands. */
  readonly location: string;
  /** Probe services elsewhere that probe the same. */
  readonly locations: readonly Location[];
  /** How many of all locations must find a probe down; 1 where there is one. */
  readonly quorum: number;
  /** In file order. */
  readonly services: readonly ServiceConfig[];
  /** What is always reachable where the uplink of the prober works; empty where none is named. */
  readonly references: readonly { readonly host: string; readonly port: number }[];
  readonly maintenance: readonly MaintenanceWindow[];
  /** When warnings are sent; undefined: at any time. */
  readonly officeHours?: OfficeHours;
  /** What must be heard from every minute lies there. */
  readonly heartbeatUrlFile?: string;
  /** How long log lines are kept: whole days. */
  readonly retentionMs: number;
  /** Where they are kept; undefined: on the disk of this machine. */
  readonly s3?: S3Config;
  readonly syslog: SyslogConfig;
  /** What whoever reports a deploy must show lies there. */
  readonly deployTokenFile?: string;
  readonly otlp?: OtlpConfig;
  readonly notify: NotifyConfig;
  /** The folder of the user's own rules, as the file names it. */
  readonly rules?: string;
  /** What is in that folder, right by now. Left out where nobody generates anything. */
  readonly ruleFiles?: readonly OwnRuleFile[];
  /** Names of the variables that the file uses, sorted; never their values. */
  readonly variables: readonly string[];
}

export interface OtlpConfig {
  /** Base URL of a receiver of OTLP over HTTP, without a slash at its end. */
  readonly traces: string;
  readonly headersFile?: string;
  /** The share of the runs that is traced. */
  readonly sample: number;
}

export interface OfficeHours {
  /** `08:00`. */
  readonly from: string;
  readonly to: string;
  readonly days: readonly Weekday[];
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
}

export interface Location {
  readonly name: string;
  /** Where Prometheus reaches it. */
  readonly host: string;
  readonly port: number;
}

export interface ServiceConfig {
  readonly name: string;
  /** What it is, where that is more than something to probe: brings an exporter, a scrape and rules. */
  readonly kind?: ServiceKind;
  readonly team: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly dependsOn: readonly string[];
  readonly slo?: SloConfig;
  /** URL that Prometheus scrapes. No variable can stand in it: Prometheus reads it itself. Of a kind: the user's own exporter. */
  readonly metrics?: string;
  /** What the exporter asks that the stack runs for this service; missing where it runs none, or one for all (host, containers). */
  readonly exporter?: ExporterTarget;
  /** Of a host: the systemd units that must be active, by their whole names. */
  readonly units?: readonly string[];
  readonly logs?: LogSource;
  readonly probes: readonly ProbeConfig[];
}

export interface ProbeConfig {
  readonly service: string;
  readonly name: string;
  /** The prober's kind: `http`, `tcp`, `tls`. */
  readonly kind: string;
  /** What the prober's schema made of its options; only that prober knows the type. May hold secrets. */
  readonly options: unknown;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** How many re-checks must repeat a fail before it counts; 0 counts the first. */
  readonly confirm: number;
  /** How many passes in a row end it. */
  readonly recover: number;
  readonly severity: Severity;
  /** Values of the variables that stand in it; left out where there are none, and where no value is looked at. */
  readonly variables?: Variables;
  /** What it looks at is in one place: it is probed at `location` only. */
  readonly atOnePlace: boolean;
  /** How long what it awaits, the report of a job, may stay away before a run fails; 0 where a run sees a fault at once. */
  readonly awaitsMs: number;
}

/** Objective as a fraction, `0.999`. */
export interface SloConfig {
  readonly availability?: number;
  readonly latency?: { readonly belowMs: number; readonly ratio: number };
  readonly windowMs: number;
}

export type LogSource = LogOrigin & {
  /** A regular expression (RE2) for the first line of an entry, where entries have several lines. */
  readonly firstLine?: string;
};

export type LogOrigin =
  | { readonly kind: 'container'; readonly container: string }
  | { readonly kind: 'file'; readonly glob: string }
  | { readonly kind: 'unit'; readonly unit: string }
  /** The host name in the messages. */
  | { readonly kind: 'syslog'; readonly host: string };

export interface SyslogConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly format: 'rfc5424' | 'rfc3164';
}

/** A bucket that log lines are kept in. */
export interface S3Config {
  readonly bucket: string;
  readonly region: string;
  /** `host:port`, and whether TLS is left out. */
  readonly endpoint?: { readonly hostPort: string; readonly isPlain: boolean };
  /** As the tools of Amazon read it; undefined: the role of the machine. */
  readonly credentialsFile?: string;
}

export interface Channels {
  readonly slack?: SlackConfig;
  readonly email?: EmailConfig;
}

export interface NotifyConfig extends Channels {
  /** A team that is not named here goes to the channels above. */
  readonly teams: Readonly<Record<string, Channels>>;
}

export interface SlackConfig {
  readonly webhookUrlFile: string;
  readonly channel?: string;
}

export interface EmailConfig {
  readonly to: readonly string[];
  readonly from: string;
  readonly smarthost: { readonly host: string; readonly port: number };
  readonly username?: string;
  readonly passwordFile?: string;
  /** Default true; false only for a relay on a loopback or private address. */
  readonly requireTls: boolean;
}

/** A file of the user's own folder of rules: `orders.yaml` or its test, `orders.test.yaml`. */
export interface OwnRuleFile {
  readonly name: string;
  readonly text: string;
}
