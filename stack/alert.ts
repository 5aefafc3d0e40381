import type { IdentityLabel, Severity } from './labels.ts';
import { dashboardUrl, logsUrl, runbookUrl, silenceUrl, type Urls } from './links.ts';

/** The one alert that both paths send. */
export const probeDown = 'ProbeDown';

/** A probe as an alert names it. */
export interface AlertSubject {
  readonly service: string;
  readonly probe: string;
  readonly target: string;
  readonly severity: Severity | (string & {});
  readonly team: string;
  readonly stack: string;
  readonly environment: string;
}

/** The identity of the ProbeDown alert: the one place where its labels are put together. */
export function probeDownLabels(subject: AlertSubject): Record<IdentityLabel, string> {
  const { service, probe, target, severity, team, stack, environment } = subject;
  return { alertname: probeDown, service, probe, target, severity, team, stack, environment };
}

/**
 * The fields of a page. Every alert of ours carries `summary`, `description`, `action` and the links; a template shows
 * those that are there and not empty, but for `nonce`, which only the Watchdog alert has and nobody is shown. Times are not
 * among them: Alertmanager keeps `startsAt`, and the templates print it.
 */
export const annotationNames = [
  'summary',
  'description',
  'reason',
  'found',
  'expected',
  'affects',
  'diagnosis',
  'changed',
  'seen_from',
  'action',
  'dashboard_url',
  'runbook_url',
  'logs_url',
  'silence_url',
  'nonce',
] as const;
export type AnnotationName = (typeof annotationNames)[number];
export type Annotations = Readonly<Partial<Record<AnnotationName, string>>>;

/** What went wrong, as the prober found it. `found` and `expected` are whole phrases: `status 503`, `status 200`. */
export interface Failure {
  /** A key of `reasons`. */
  readonly reason: string;
  readonly found: string;
  readonly expected: string;
  /** What came of trying it otherwise, and what is different from the last good run; empty or left out where nothing is known. */
  readonly diagnosis?: string | undefined;
  readonly changed?: string | undefined;
}

/**
 * The text of a ProbeDown page. Called with values by the probe service, and with template expressions by the rule
 * generator, so that the words of the two are the same ones.
 * @param dependents the services that depend on this one, directly or not: who else is hurt
 */
export function probeDownAnnotations(
  subject: Pick<AlertSubject, 'service' | 'probe' | 'target'>,
  failure: Failure,
  dependents: readonly string[],
  urls: Urls,
): Annotations {
  const link = { alertname: probeDown, service: subject.service, probe: subject.probe };
  return {
    summary: `${subject.service}/${subject.probe} is down`,
    description: `${subject.target}: found ${failure.found}, expected ${failure.expected}.`,
    reason: failure.reason,
    found: failure.found,
    expected: failure.expected,
    affects: affectedServices(dependents),
    diagnosis: failure.diagnosis ?? '',
    changed: failure.changed ?? '',
    action: `Open the runbook, then run the probe by hand: ${urls.watchpost}/debug/${subject.service}/${subject.probe}`,
    ...alertLinks(urls, link),
  };
}

/** The four links that every page has. */
export function alertLinks(urls: Urls, link: { alertname: string; service?: string; probe?: string }): Annotations {
  return {
    dashboard_url: dashboardUrl(urls, link),
    runbook_url: runbookUrl(urls, link),
    logs_url: logsUrl(urls, link),
    silence_url: silenceUrl(urls, link),
  };
}

/**
 * Who else is hurt, in words; empty when nobody. The annotation is there even then: the rule cannot leave one out for some
 * services and not for others (Prometheus and Alertmanager keep an empty annotation), and both paths send the same.
 */
export function affectedServices(dependents: readonly string[]): string {
  const shown = dependents.slice(0, 10).join(', ');
  return dependents.length > 10 ? `${shown} and ${dependents.length - 10} more` : shown;
}
