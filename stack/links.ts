import { lastHour } from './message/time-range.ts';
import { dashboardUids, dataSources } from './parts.ts';

/** Where a person reaches the web pages of the stack; no trailing slash. From `urls` in watchpost.yaml. */
export interface Urls {
  readonly grafana: string;
  readonly alertmanager: string;
  readonly watchpost: string;
}

export const defaultUrls: Urls = {
  grafana: 'http://127.0.0.1:3000',
  alertmanager: 'http://127.0.0.1:9093',
  watchpost: 'http://127.0.0.1:9815',
};

/**
 * What an alert is about. The values are names (`namePattern`), which need no encoding, or the template expressions of
 * Prometheus (`{{ $labels.service }}`) that expand to such names; so both paths make the same URL.
 */
export interface LinkSubject {
  readonly alertname: string;
  readonly service?: string;
  readonly probe?: string;
}

/** The dashboard of the service, the last hour. */
export function dashboardUrl(urls: Urls, subject: LinkSubject): string {
  if (!subject.service) return `${urls.grafana}/d/${dashboardUids.overview}?${lastHour[0]}`;
  const probe = subject.probe ? `&var-probe=${subject.probe}` : '';
  return `${urls.grafana}/d/${dashboardUids.service}?var-service=${subject.service}${probe}&${lastHour[0]}`;
}

/** What to do: the alert's runbook, served by the probe service. */
export function runbookUrl(urls: Urls, subject: LinkSubject): string {
  return `${urls.watchpost}/runbooks/${subject.alertname}`;
}

/** Alertmanager's form for a new silence, filled in for exactly this alert. */
export function silenceUrl(urls: Urls, subject: LinkSubject): string {
  const matchers = [
    `alertname="${subject.alertname}"`,
    ...(subject.service ? ['service="__service__"'] : []),
    ...(subject.probe ? ['probe="__probe__"'] : []),
  ];
  return fill(`${urls.alertmanager}/#/silences/new?filter=${encodeURIComponent(`{${matchers.join(',')}}`)}`, subject);
}

/** The service's log lines in Grafana, the last hour. */
export function logsUrl(urls: Urls, subject: LinkSubject): string {
  const expr = subject.service
    ? '{service_name=~".+"} | service="__service__" or service_name="__service__"'
    : '{service_name=~".+"}';
  return fill(exploreUrl(urls, expr), subject);
}

/** All log lines of a trace, whoever wrote them, the last hour. @param trace its id, or what Grafana puts it in for */
export function traceLogsUrl(urls: Urls, trace: string): string {
  return exploreUrl(urls, '{service_name=~".+"} | trace_id="__trace__"').replace('__trace__', () => trace);
}

function exploreUrl(urls: Urls, expr: string): string {
  const panes = {
    a: {
      datasource: dataSources.loki,
      queries: [{ refId: 'A', datasource: { type: 'loki', uid: dataSources.loki }, expr }],
      range: { from: 'now-1h', to: 'now' },
    },
  };
  return `${urls.grafana}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
}

function fill(url: string, subject: LinkSubject): string {
  return url.replaceAll('__service__', subject.service ?? '').replaceAll('__probe__', subject.probe ?? '');
}
