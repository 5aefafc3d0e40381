import type { Status } from '../../stack/message/index.ts';

/** A notification is about a group: most often of one alert, of more when a host dies. More than these are only counted. */
const shown = 10;

const lists = { firing: 'Firing', resolved: 'Resolved' } as const satisfies Record<Status, string>;

/** `text` of the alert that leads: the first that fires, or, when none does, the first that is resolved. */
export function first(text: (status: Status) => string): string {
  return [
    `{{ if .Alerts.Firing }}{{ with index .Alerts.Firing 0 }}${text('firing')}{{ end }}`,
    `{{ else }}{{ with index .Alerts.Resolved 0 }}${text('resolved')}{{ end }}{{ end }}`,
  ].join('');
}

/** What follows the alert that leads. */
export function more(status: Status): string {
  const list = `$.Alerts.${lists[status]}`;
  return `{{ if gt (len ${list}) 1 }} and {{ len (slice ${list} 1) }} more{{ end }}`;
}

/** What a list of alerts says: each in turn, and how many were left out. */
export interface Entries {
  readonly text: (status: Status) => string;
  readonly overflow: (words: string) => string;
}

/** True for a notification that is about one alert: the only one, or the only one that still fires. */
const aboutOne = 'or (eq (len .Alerts) 1) (eq (len .Alerts.Firing) 1)';

/** Chooses for what is about one alert and what is about several. */
export function oneOr(one: string, several: string): string {
  return `{{ if ${aboutOne} }}${one}{{ else }}${several}{{ end }}`;
}

/**
 * One alert has the room to itself. Those of its group that are over stand below: Prometheus tells of them for a quarter of an hour,
 * and they must not cost the page what is to be done first.
 */
export function onlyOne(one: (status: Status) => string, between: string, entries: Entries): string {
  const over = `{{ if .Alerts.Resolved }}${between}${each(['resolved'], entries)}{{ end }}`;
  return oneOr(
    `{{ if .Alerts.Firing }}{{ range .Alerts.Firing }}${one('firing')}{{ end }}${over}{{ else }}{{ range .Alerts.Resolved }}${one('resolved')}{{ end }}{{ end }}`,
    each(['firing', 'resolved'], entries),
  );
}

/** Each alert in turn, those that fire first. */
export function each(statuses: readonly Status[], { text, overflow }: Entries): string {
  return statuses
    .map((status) => {
      const list = `.Alerts.${lists[status]}`;
      const left = `+{{ len (slice ${list} ${shown}) }} more ${status}`;
      return [
        `{{ range $i, $alert := ${list} }}{{ if lt $i ${shown} }}${text(status)}{{ end }}{{ end }}`,
        `{{ if gt (len ${list}) ${shown} }}${overflow(left)}{{ end }}`,
      ].join('');
    })
    .join('');
}
