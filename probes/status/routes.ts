import { contentType, openMetricsType } from '../export/exposition.ts';
import type { Outcome, Plan, PlannedProbe } from '../model.ts';
import { explain } from './explain.ts';
import { type Answer, html, json, type Route, text } from './http.ts';
import { renderMarkdown } from './markdown.ts';
import { indexPage, page, probeList, type ShownProbe } from './pages.ts';
import { type Notification, parseNotification } from './webhook.ts';

/** What the pages ask of the service. */
export interface StatusSource {
  readonly plan: () => Plan;
  readonly probes: () => readonly ShownProbe[];
  readonly metrics: () => AsyncIterable<string>;
  /** The same with exemplars; undefined where nothing is traced. */
  readonly openMetrics?: () => AsyncIterable<string> | undefined;
  /** Why it is not healthy; undefined when it is. */
  readonly unhealthy: () => string | undefined;
  readonly unready: () => string | undefined;
  readonly reload: () => Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string }>;
  /** One attempt that is not counted and changes no state. */
  readonly tryOnce: (probe: PlannedProbe) => Promise<Outcome>;
  /** Where jobs report to a probe: path; undefined where none does. */
  readonly heartbeatPath: (probe: PlannedProbe) => string | undefined;
  readonly heartbeats: readonly Route[];
  readonly deploys: Route;
  readonly runbook: (alertname: string) => Promise<string | undefined>;
  readonly receipt: (notification: Notification) => void;
  /** The Watchdog alert may have come back. */
  readonly watchdog: (notification: Notification) => void;
}

/** Attempts that `/debug` may have under way at once: each is a real request to a target. */
const maxTries = 4;

/** Every path of the probe service. */
export function statusRoutes(source: StatusSource): readonly Route[] {
  let tries = 0;
  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: '/',
      says: 'this page',
      answer: () => html(200, indexPage(source.plan(), source.probes(), routes)),
    },
    {
      method: 'GET',
      path: '/metrics',
      says: 'what Prometheus reads',
      answer: ({ accept }) => {
        const open = accept.includes('application/openmetrics-text') ? source.openMetrics?.() : undefined;
        return { status: 200, type: open ? openMetricsType : contentType, body: open ?? source.metrics() };
      },
    },
    {
      method: 'GET',
      path: '/-/healthy',
      says: '200 while every probe runs when it should, 503 and why otherwise',
      answer: () => verdict(source.unhealthy(), 'healthy'),
    },
    {
      method: 'GET',
      path: '/-/ready',
      says: '200 while a configuration is loaded and the service listens',
      answer: () => verdict(source.unready(), 'ready'),
    },
    {
      method: 'POST',
      path: '/-/reload',
      says: 'reads the configuration again; a wrong one is refused with 422 and changes nothing',
      answer: async () => {
        const result = await source.reload();
        return result.ok ? text(200, 'reloaded') : text(422, result.problem);
      },
    },
    {
      method: 'GET',
      path: '/debug/:service/:probe',
      says: 'runs a probe once and explains it; ?format=json',
      answer: async ({ url, params }) => {
        const probe = source
          .plan()
          .probes.find(({ service, probe: name }) => service === params.service && name === params.probe);
        if (!probe) return unknownProbe(params, source.plan());
        if (tries >= maxTries) return text(429, `${maxTries} attempts are under way; try again when they have ended`);
        tries++;
        try {
          const { dialled: _, ...outcome } = await source.tryOnce(probe);
          const path = source.heartbeatPath(probe);
          const reports = path === undefined ? '' : sayReports(`${source.plan().urls.watchpost}${path}`);
          if (url.searchParams.get('format') !== 'json') return text(200, explain(probe, outcome) + reports);
          const { service, probe: name, kind, target } = probe;
          return json(200, { service, probe: name, kind, target, ...outcome });
        } finally {
          tries--;
        }
      },
    },
    {
      method: 'GET',
      path: '/runbooks/:alertname',
      says: 'what to do about an alert',
      answer: async ({ params }) => {
        const alertname = params.alertname ?? '';
        // The name becomes part of a file's name: letters and digits only.
        const runbook = /^[A-Za-z0-9]{1,100}$/.test(alertname) ? await source.runbook(alertname) : undefined;
        if (runbook === undefined) return text(404, `there is no runbook for the alert "${alertname}"`);
        return html(200, page(alertname, renderMarkdown(runbook)));
      },
    },
    {
      method: 'GET',
      path: '/api/v1/probes',
      says: 'every probe and its state, as JSON',
      answer: () => json(200, probeList(source.probes())),
    },
    {
      method: 'POST',
      path: '/api/v1/receipts',
      says: 'notifications of Alertmanager, for the log',
      answer: async ({ body }) => withNotification(await body(), source.receipt),
    },
    {
      method: 'POST',
      path: '/api/v1/watchdog',
      says: 'the Watchdog alert, back from its way through Prometheus and Alertmanager',
      answer: async ({ body }) => withNotification(await body(), source.watchdog),
    },
    source.deploys,
    ...source.heartbeats,
  ];
  return routes;
}

/**
 * Not `JOB && curl … || curl …/fail`: that reports a job that succeeded as failed whenever the first request fails.
 * @param url where the job reports a success
 */
function sayReports(url: string): string {
  return [
    '',
    `Its job reports to ${url} (…/start, …/fail and …/$? as well):`,
    `  if JOB; then curl -fsS --retry 5 -X POST ${url}; else curl -fsS --retry 5 -X POST ${url}/fail; fi`,
  ].join('\n');
}

function verdict(problem: string | undefined, well: string): Answer {
  return problem === undefined ? text(200, well) : text(503, problem);
}

function withNotification(body: string, take: (notification: Notification) => void): Answer {
  const parsed = parseNotification(body);
  if ('problem' in parsed) return text(400, parsed.problem);
  take(parsed.notification);
  return text(200, 'ok');
}

function unknownProbe(params: Readonly<Record<string, string>>, { probes }: Plan): Answer {
  const known = probes.map(({ service, probe }) => `  /debug/${service}/${probe}`);
  return text(404, [`there is no probe "${params.service}/${params.probe}"; known:`, ...known].join('\n'));
}
