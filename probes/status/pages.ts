import type { Plan, PlannedProbe, ProbeState } from '../model.ts';
import type { Route } from './http.ts';

/** A probe as `/` and `/api/v1/probes` show it. */
export interface ShownProbe {
  readonly probe: PlannedProbe;
  readonly state: ProbeState;
  /** Unix milliseconds. */
  readonly lastRunAt: number | undefined;
}

/** For programs: the list at `/api/v1/probes`. */
export function probeList(probes: readonly ShownProbe[]) {
  return probes.map(({ probe, state, lastRunAt }) => ({
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
    ...(lastRunAt !== undefined && { last_run: new Date(lastRunAt).toISOString() }),
  }));
}

/** The page at `/`: what stands where, for somebody who found the port. */
export function indexPage(plan: Plan, probes: readonly ShownProbe[], routes: readonly Route[]): string {
  const rows = probes.map(({ probe, state }) => {
    const path = `/debug/${encodeURIComponent(probe.service)}/${encodeURIComponent(probe.probe)}`;
    const why = state.status === 'down' ? `found ${state.outcome.found}, expected ${state.outcome.expected}` : '';
    return `<tr><td><a href="${path}">${escapeHtml(`${probe.service}/${probe.probe}`)}</a><td>${state.status}<td>${escapeHtml(probe.target)}<td>${escapeHtml(why)}`;
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
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 1rem auto; padding: 0 1rem; }
pre { overflow-x: auto; background: #f2f2f2; padding: .5rem; }
code { background: #f2f2f2; }
td, th { text-align: left; padding: .1rem .8rem .1rem 0; overflow-wrap: anywhere; }
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
