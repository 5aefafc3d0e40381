/**
 * How the links of an alert say "the last hour": in a query, and in the state of Grafana's Explore. Both paths send the same
 * address, which knows no time; in a message it becomes that of the alert, so that the page of last night shows last night.
 */
export const lastHour = ['from=now-1h&to=now', encodeURIComponent('"from":"now-1h","to":"now"')] as const;

/** What is shown before the alert began, and after it was over. */
export const beforeMs = 1_800_000;
export const afterMs = 600_000;

/** What stands in the place of `lastHour`. Both are text: milliseconds, `now`, or the expression of a template. */
export function rangeFrom(from: string, to: string): readonly [string, string] {
  return [
    `from=${from}&to=${to}`,
    encodeURIComponent('"from":"FROM","to":"TO"').replace('FROM', from).replace('TO', to),
  ];
}

/** The address with the time of the alert in it; until now where that lasts. Unix milliseconds. */
export function atTimeOf(url: string, startsAt: number, endsAt: number | undefined): string {
  const to = endsAt === undefined ? 'now' : String(Math.floor(endsAt) + afterMs);
  const range = rangeFrom(String(Math.floor(startsAt) - beforeMs), to);
  return lastHour.reduce((text, plain, i) => text.replace(plain, range[i] ?? plain), url);
}
