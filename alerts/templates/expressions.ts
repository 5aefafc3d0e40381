import {
  afterMs,
  beforeMs,
  blank,
  type Fact,
  type Facts,
  lastHour,
  longest,
  longestName,
  type Medium,
  rangeFrom,
  type Status,
  webAddress,
} from '../../stack/message/index.ts';
import { reasons } from '../../stack/reasons.ts';

/**
 * The facts of the alert that `.` is, as template expressions of Alertmanager. The counterpart with values is the direct
 * pager's; the two are compared through `amtool`.
 */
export function expressions(medium: Medium, status: Status): Facts {
  const span = `(dict "from" .StartsAt "to" ${status === 'firing' ? 'now' : '.EndsAt'})`;
  const by = (template: string) => (fact: Fact) => ('note' in fact ? '' : call(template, field(fact)));
  return {
    say: by(medium === 'slack' ? 'slack' : 'line'),
    name: by(medium === 'slack' ? 'slack.name' : 'name'),
    quote: by('slack.quote'),
    when: (fact, then, otherwise = '') => ('note' in fact ? otherwise : branch(field(fact), then, otherwise)),
    whenLabel: (name, value, then, otherwise = '') =>
      branch(`eq ${field({ label: name })} ${quoted(value)}`, then, otherwise),
    whenLink: (name, then, otherwise = '') => {
      const url = field({ annotation: name });
      const timed = `(${url} | ${atTime(status)})`;
      const shown = medium === 'slack' ? call('slack.url', timed) : `{{ ${timed} }}`;
      return branch(`match ${quoted(webAddress)} ${url}`, then(shown), otherwise);
    },
    reason: () => call(medium === 'slack' ? 'slack.reason' : 'reason', field({ annotation: 'reason' })),
    began: call('began', span),
    ended: '{{ .EndsAt | tz "UTC" | date "15:04:05" }}',
    lasted: call('duration', span),
  };
}

/** As `atTimeOf` has it. Durations are nanoseconds there. */
function atTime(status: Status): string {
  const moment = (time: string, ms: number) => `(.${time}.Add ${ms}000000).UnixMilli`;
  const [from, to] = [moment('StartsAt', -beforeMs), moment('EndsAt', afterMs)];
  const values = status === 'firing' ? from : `${from} ${to}`;
  // Of printf: a literal % is doubled in it.
  const range = rangeFrom('TIME', status === 'firing' ? 'now' : 'TIME').map((text) =>
    text.replaceAll('%', '%%').replaceAll('TIME', '%d'),
  );
  return lastHour
    .map((plain, i) => `reReplaceAll ${quoted(plain)} (printf ${quoted(range[i] ?? '')} ${values})`)
    .join(' | ');
}

/** Our own templates, by their short names. */
export function call(name: string, argument: string): string {
  return `{{ template "watchpost.${name}" ${argument} }}`;
}

export function define(name: string, body: string): string {
  return `{{ define "watchpost.${name}" }}${body}{{ end }}\n`;
}

/** What the expressions call. Durations are nanoseconds there. */
export function definitions(): string {
  const cut = (most: number) => `reReplaceAll ${quoted(blank)} " " | trimSpace | printf "%.${most}s"`;
  const slack = `reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"`;
  return [
    define('line', `{{ . | ${cut(longest)} }}`),
    define('name', `{{ . | ${cut(longestName)} }}`),
    define('slack', `{{ . | ${cut(longest)} | ${slack} }}`),
    define('slack.name', `{{ . | ${cut(longestName)} | ${slack} }}`),
    define('slack.quote', `{{ . | ${cut(longest)} | reReplaceAll "\`" "'" | ${slack} }}`),
    define('slack.url', `{{ . | ${slack} }}`),
    define('reason', reasonWords('line')),
    define('slack.reason', reasonWords('slack')),
    define('began', began),
    define('duration', duration),
  ].join('');
}

const began =
  '{{ if ge (.to.Sub .from).Hours 24.0 }}{{ .from | tz "UTC" | date "2006-01-02 15:04:05" }}' +
  '{{ else }}{{ .from | tz "UTC" | date "15:04:05" }}{{ end }}';

/** As `sayDuration` has it, in whole seconds and at least one. Templates cannot calculate, so the rests are cut out of text. */
const duration = [
  '{{ $seconds := (.to.Sub .from).Round 1000000000 }}{{ $minutes := $seconds.Round 60000000000 }}',
  '{{ $hours := $minutes.Truncate 3600000000000 }}{{ $text := humanizeDuration $minutes }}',
  '{{ if lt $seconds.Seconds 1.0 }}1 s',
  '{{ else if lt $seconds.Seconds 120.0 }}{{ printf "%.0f" $seconds.Seconds }} s',
  '{{ else if lt $minutes.Minutes 120.0 }}{{ printf "%.0f" $minutes.Minutes }} min',
  '{{ else if lt $minutes.Hours 48.0 }}{{ printf "%.0f" $hours.Hours }} h',
  '{{ $text | reReplaceAll "^.* ([0-9]+)m 0s$" " $1 min" | reReplaceAll "^ 0 min$" "" }}',
  '{{ else }}{{ $text | reReplaceAll "^([0-9]+)d ([0-9]+)h .*$" "$1 d $2 h" | reReplaceAll " 0 h$" "" }}{{ end }}',
].join('');

/** @param otherwise the template for a reason that is none of ours */
function reasonWords(otherwise: string): string {
  const known = Object.entries(reasons).map(([code, { words }]) => `if eq . ${quoted(code)} }}${words} (${code})`);
  return `{{ ${known.join('{{ else ')}{{ else }}${call(otherwise, '.')}{{ end }}`;
}

function field(fact: Exclude<Fact, { note: true }>): string {
  return 'label' in fact ? `.Labels.${fact.label}` : `.Annotations.${fact.annotation}`;
}

function branch(condition: string, then: string, otherwise: string): string {
  if (then === otherwise) return then;
  return `{{ if ${condition} }}${then}${otherwise === '' ? '' : `{{ else }}${otherwise}`}{{ end }}`;
}

/** A string literal: Go reads the escapes of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
