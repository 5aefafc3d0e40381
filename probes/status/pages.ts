import type { Plan, PlannedProbe, ProbeState } from '../model.ts';
import type { Route } from './http.ts';

/** A probe as `/` and `/api/v1/probes` show it. */
export interface ShownProbe {
  readonly probe: PlannedProbe;
  readonly state: ProbeState;
  /** Unix milliseconds. */
  readonly lastRunAt: number | undefined;
  /** The maintenance window that its service is in. */
  readonly window: { readonly name: string; readonly toMs: number } | undefined;
}

/** For programs: the list at `/api/v1/probes`. */
export function probeList(probes: readonly ShownProbe[]) {
  return probes.map(({ probe, state, lastRunAt, window }) => ({
    service: probe.service,
    probe: probe.probe,
    kind: probe.kind,
    target: probe.target,
    team: probe.team,
    severity: probe.severity,
    state: state.status,
    ...(state.status === 'down' && {
      since: new Date(state.since).toISOString(),
      reason: state.outcome.reason,
      found: state.outcome.found,
      expected: state.outcome.expected,
    }),
    ...(window && { maintenance: { name: window.name, until: new Date(window.toMs).toISOString() } }),
    ...(lastRunAt !== undefined && { last_run: new Date(lastRunAt).toISOString() }),
  }));
}

/** The page at `/`: what stands where, for somebody who found the port. */
export function indexPage(plan: Plan, probes: readonly ShownProbe[], routes: readonly Route[]): string {
  const rows = probes.map(({ probe, state, window }) => {
    const path = `/debug/${encodeURIComponent(probe.service)}/${encodeURIComponent(probe.probe)}`;
    const why = [
      ...(state.status === 'down' ? [`found ${state.outcome.found}, expected ${state.outcome.expected}`] : []),
      ...(window ? [`in maintenance "${window.name}" until ${new Date(window.toMs).toISOString()}`] : []),
    ].join('; ');
    return `<tr class="${state.status}"><td><a href="${path}">${escapeHtml(`${probe.service}/${probe.probe}`)}</a><td class="state">${state.status}<td>${escapeHtml(probe.target)}<td>${escapeHtml(why)}`;
  });
  const links = routes
    .filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    .map(({ path, says }) => `<li><a href="${path}">${path}</a> ${escapeHtml(says)}`);
  return page(
    `Watchpost: ${plan.stack}`,
    [
      `<h1>Watchpost: ${escapeHtml(plan.stack)}</h1>`,
      `<table><tr><th>probe<th>state<th>target<th>why`,
      ...rows,
      '</table>',
      `<ul>`,
      ...links,
      '</ul>',
    ].join('\n'),
  );
}

/** A whole page, readable on a phone, without anything from elsewhere. `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
pre { overflow-x: auto; background: #8882; padding: .5rem; }
code { background: #8882; }
td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; }
.state { font-weight: bold; }
.up .state { color: #12955a; }
.down .state { color: #d93025; }
@media (max-width: 45rem) {
  tr:first-child:has(th) { display: none; }
  tr, td { display: block; padding: 0; overflow-wrap: anywhere; }
  tr { padding: .6rem 0; border-bottom: 1px solid #8884; }
  td:first-child, .state { display: inline-block; padding-right: 1rem; }
}
</style>
<body>
${body}
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
