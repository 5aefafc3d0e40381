import { logFields } from './log-fields.ts';
import { comparison, type Match } from './promql.ts';

/** Index labels, by which streams are found. Dots of OTLP's attributes become underscores. */
const streamLabels = ['service_name', 'source', 'deployment_environment_name'] as const;

/** Structured metadata: what Loki makes out of a line, what the collector finds in it, and the fields of our own records. */
const lineLabels = [
  'detected_level',
  'level',
  'trace_id',
  'container',
  'filename',
  'hostname',
  'app',
  ...Object.values(logFields),
] as const;

type StreamLabel = (typeof streamLabels)[number];
type LineLabel = (typeof lineLabels)[number];

/** What Loki makes of a line's level, in its own words, and those that it leaves as they are: 50 and 60 are pino's. */
export const errorLevels = '(?i:error|critical|crit|fatal|alert|emerg|emergency|d?panic|severe)|50|60';

/** The levels as Loki names them where it knows them, worst first. */
export const logLevels = ['fatal', 'critical', 'error', 'warn', 'info', 'debug', 'trace', 'unknown'] as const;
export type LogLevelName = (typeof logLevels)[number];

/** What a query may name, for tests. */
export const logLabels: readonly string[] = [...streamLabels, ...lineLabels];

/** `stream({ service_name: 'web' })` is `{service_name="web"}`. */
export function stream(match: Readonly<Partial<Record<StreamLabel, Match>>>): string {
  return `{${Object.entries(match)
    .map(([label, value]) => `${label}${comparison(value)}`)
    .join(',')}}`;
}

/** Only lines whose metadata fits. A regular expression has to fit the whole value. */
export function where(lines: string, label: LineLabel, match: Match): string {
  return `${lines} | ${label}${comparison(match)}`;
}

/** Only lines in which the regular expression (RE2) is found, or is not. */
export function containing(lines: string, regex: string): string {
  return `${lines} |~ ${JSON.stringify(regex)}`;
}
export function notContaining(lines: string, regex: string): string {
  return `${lines} !~ ${JSON.stringify(regex)}`;
}

/** How many lines there were, for each value of these labels. */
export function countLinesBy(by: readonly (StreamLabel | LineLabel | 'line')[], lines: string, window: string): string {
  return `sum by (${by.join(', ')}) (count_over_time(${lines} ${range(window)}))`;
}

/** How many lines there were, in all streams together; no sample where there was none. */
export function countLines(lines: string, window: string, offset?: string): string {
  return `sum(count_over_time(${lines} ${range(window, offset)}))`;
}

/** 1 where there was no line. */
export function noLines(lines: string, window: string): string {
  return `sum(absent_over_time(${lines} ${range(window)}))`;
}

/** The newest number of that name. */
export function newestNumber(lines: string, label: LineLabel, window: string): string {
  // Without the inner grouping every record is a series of its own: its metadata is that of no other.
  return `sum(last_over_time(${lines} | unwrap ${label} ${range(window)}) by (service_name))`;
}

/** The commonest beginning of a line, as the label `line`; its value is how often it came. */
export function commonestLine(lines: string, characters: number, window: string): string {
  const cut = `${lines} | regexp ${JSON.stringify(`(?P<line>.{1,${characters}})`)}`;
  return `topk(1, sum by (line) (count_over_time(${cut} ${range(window)})))`;
}

/** The beginning of each line without the numbers in it, as the label `line`: the same message is the same line. */
export function normalized(lines: string, characters: number): string {
  const template = '{{ regexReplaceAll "[0-9a-f]{8,}|[0-9]+" __line__ "#" }}';
  return `${lines} | line_format \`${template}\` | regexp ${JSON.stringify(`(?P<line>.{1,${characters}})`)}`;
}

/** What the regular expression names in the lines, the commonest first, `most` at most; its value is how often it came. The first name is never empty. */
export function commonest(
  lines: string,
  regex: string,
  names: readonly [string, ...string[]],
  window: string,
  most: number,
): string {
  const taken = `${lines} | regexp ${JSON.stringify(regex)} | ${names[0]} != ""`;
  return `topk(${most}, sum by (${names.join(', ')}) (count_over_time(${taken} ${range(window)})))`;
}

function range(window: string, offset?: string): string {
  return offset === undefined ? `[${window}]` : `[${window}] offset ${offset}`;
}
