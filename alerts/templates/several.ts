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

/** One alert has the room to itself. */
export function onlyOne(one: (status: Status) => string, several: string): string {
  const own = `{{ range .Alerts.Firing }}${one('firing')}{{ end }}{{ range .Alerts.Resolved }}${one('resolved')}{{ end }}`;
  return `{{ if eq (len .Alerts) 1 }}${own}{{ else }}${several}{{ end }}`;
}

/** Each alert in turn, those that fire first. `overflow` says how many were left out. */
export function each(text: (status: Status) => string, overflow: (words: string) => string): string {
  return (['firing', 'resolved'] as const)
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
