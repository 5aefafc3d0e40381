import type { Diagnostic } from './diagnostic.ts';
import { hideCredentials } from './issues.ts';
import { withoutMark } from './load.ts';

/** Above this many the file is something else than a configuration. */
const maxShown = 100;
/** How much of a source line is shown, in columns. */
const maxWidth = 120;

/**
 * The diagnostics as a person reads them in a terminal: place and message, the hint, the source line, a caret line.
 * What may be a secret in a source line is masked: this text goes to logs.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], source: string): string {
  const lines = withoutMark(source).split('\n');
  const shown = new Map<number, string>();
  const blocks = diagnostics.slice(0, maxShown).map((diagnostic) => {
    const { line } = diagnostic;
    const text = shown.get(line) ?? printable(maskSecrets((lines[line - 1] ?? '').replace(/\r$/, '')));
    shown.set(line, text);
    return renderOne(diagnostic, text);
  });
  const rest = diagnostics.length - maxShown;
  if (rest > 0) blocks.push(`… and ${rest} more\n`);
  return blocks.join('\n');
}

function renderOne({ file, line, column, length, path, message, hint }: Diagnostic, text: string): string {
  const place = `${file}:${line}:${column}: ${path ? `${path}: ` : ''}${message}`;
  const number = String(line).padStart(4);
  const { before, marked, after } = crop(text, column - 1, length);
  const pad = [...before].map((c) => (c === '\t' ? '\t' : ' '.repeat(width(c)))).join('');
  const caret = '^'.repeat(
    Math.max(
      1,
      [...marked].reduce((sum, c) => sum + width(c), 0),
    ),
  );
  const rows = [
    place,
    ...(hint ? [`  ${hint}`] : []),
    `${number} | ${before}${marked}${after}`,
    `     | ${pad}${caret}`,
  ];
  return `${rows.map((row) => row.trimEnd()).join('\n')}\n`;
}

/** A line that is too long is shown around the caret. */
function crop(text: string, from: number, length: number): { before: string; marked: string; after: string } {
  const to = Math.min(text.length, from + length, from + maxWidth);
  const start = to <= maxWidth ? 0 : whole(text, Math.max(0, from - 40));
  const end = whole(text, Math.min(text.length, Math.max(to, start + maxWidth)));
  return {
    before: `${start > 0 ? '…' : ''}${text.slice(start, from)}`,
    marked: text.slice(from, to),
    after: `${text.slice(to, end)}${end < text.length ? '…' : ''}`,
  };
}

/** An offset that does not cut a character of two units in half. */
function whole(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset;
}

/** Columns that a terminal gives a character: none to what only changes the one before, two to East Asian and emoji. */
function width(character: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) return 0;
  return /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60\u3000-\u303e]/u.test(
    character,
  )
    ? 2
    : 1;
}

/** Same length as before, so that columns stay right. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** A key that sounds like a secret, and what stands behind it. `password_file` is none: it names a file. */
const secretValue =
  /((?:password|secret|token|api[-_]?key|authorization|bearer|cookie|access_key(?:_id)?|webhook_url|heartbeat_url|body)["']?[ \t]*:[ \t]+)((?:\$\{[^}$]*\}|[^,}#])+)/gi;

function maskSecrets(line: string): string {
  return hideCredentials(line)
    .replaceAll(secretValue, (_, key: string, value: string) => key + mask(value))
    .replaceAll(/(hooks\.slack\.com\/)(\S+)/g, (_, host: string, rest: string) => host + mask(rest));
}

/** The name of a variable is no secret. */
function mask(value: string): string {
  return value.replaceAll(/\$\{[^}$]*\}|\S/g, (part) => (part.startsWith('${') ? part : '*'));
}
