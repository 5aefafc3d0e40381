/** Durations as people write them (`10s`, `1h30m`, `500ms`, `21d`) and as Prometheus reads them. */

const units: readonly (readonly [string, number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** Milliseconds, or undefined when `text` is no duration: whole numbers with units, largest unit first. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (!match || text === '') return undefined;
  return units.reduce((sum, [, size], i) => sum + Number(match[i + 1] ?? 0) * size, 0);
}

/** The shortest exact form: `90000` is `1m30s`. Both Prometheus and Alertmanager read it. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest <= 0) return '0s';
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** For people: `340 ms`, `2.4 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. */
export function sayDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const [hours, restMinutes] = [Math.floor(minutes / 60), minutes % 60];
  if (hours < 48) return restMinutes ? `${hours} h ${restMinutes} min` : `${hours} h`;
  const [days, restHours] = [Math.floor(hours / 24), hours % 24];
  return restHours ? `${days} d ${restHours} h` : `${days} d`;
}
