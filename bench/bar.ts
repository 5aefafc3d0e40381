/** A figure and what it is held against. */
export interface Bar {
  readonly what: string;
  readonly is: number;
  readonly atMost: number;
  readonly unit: string;
  /** What we aim at, beyond the bar. */
  readonly aim?: number;
}

/** Why something could not be held against its bar: a peer that is missing. */
export interface Missing {
  readonly what: string;
  readonly missing: string;
}

export function holds({ is, atMost }: Bar): boolean {
  return is <= atMost;
}

/** One line for each bar; the last column says whether it is met. */
export function sayBars(bars: readonly (Bar | Missing)[]): string {
  const rows = bars.map((bar) =>
    'missing' in bar
      ? [bar.what, 'not measured', '', `MISSING: ${bar.missing}`]
      : [
          bar.what,
          `${figure(bar.is)}${bar.unit}`,
          `<= ${figure(bar.atMost)}${bar.unit}${bar.aim === undefined ? '' : ` (aim ${figure(bar.aim)}${bar.unit})`}`,
          holds(bar) ? 'met' : 'MISSED',
        ],
  );
  return sayRows(['bar', 'measured', 'allowed', ''], rows);
}

/** Columns as wide as they need to be. */
export function sayRows(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return all.map((row) => `  ${line(row).trimEnd()}`).join('\n');
}

/** Three significant digits: more would be noise. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);
}
