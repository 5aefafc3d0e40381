import { commonestLine } from '../../stack/logql.ts';

const characters = 200;

/** What a page must not carry out of the log store: who logs in with what, and the value of what is named like a secret. */
const secrets = [
  { regex: String.raw`://[^@/\s]*@`, instead: '://[redacted]@' },
  // The line was cut before the host; a port is no password.
  { regex: String.raw`://[^:@/\s]+:[^@/\s]*[^@/\s\d][^@/\s]*$`, instead: '://[redacted]' },
  {
    regex: String.raw`(?i)((?:password|passwd|pwd|secret|token|api_?key|authorization)["']?\s*[=:]\s*)(?:"[^"]*"?|'[^']*'?|(?:(?:bearer|basic) +)?[^\s,;&]+)`,
    instead: '$1[redacted]',
  },
] as const;

/** For an annotation: a colon and the commonest of the lines, cut and redacted; nothing where there is none any more. */
export function quotedLine(lines: string, window: string): string {
  const redacted = secrets.map(({ regex, instead }) => ` | reReplaceAll ${raw(regex)} ${raw(instead)}`).join('');
  return `{{ range query ${raw(commonestLine(lines, characters, window))} }}: {{ .Labels.line${redacted} }}{{ end }}`;
}

/** A string in a template of Go, as it stands. */
export function raw(text: string): string {
  if (text.includes('`')) throw new Error(`no raw string can hold ${text}`);
  return `\`${text}\``;
}
