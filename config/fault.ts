import type { Diagnostic } from './diagnostic.ts';

/** Where a value stands in the file: keys of maps and indices of lists, from the root. */
export type Path = readonly (string | number)[];

/** Offsets in the text, in UTF-16 units, the end not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A fault before its position in lines and columns is known. */
export interface Fault {
  readonly span: Span;
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The key that an unknown one was probably meant to be: that this one is missing is then not told as well. */
  readonly meant?: string | undefined;
}

/** The faults as diagnostics, in file order. The same fault at the same place (an anchor used twice) is told once. */
export function toDiagnostics(faults: readonly Fault[], file: string, source: string): readonly Diagnostic[] {
  const starts = lineStarts(source);
  const seen = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const fault of faults.toSorted((a, b) => a.span.from - b.span.from || a.span.to - b.span.to)) {
    const key = JSON.stringify([fault.span.from, fault.message]);
    if (seen.has(key)) continue;
    seen.add(key);
    const from = Math.min(Math.max(fault.span.from, 0), source.length);
    const line = lineOf(starts, from);
    const start = starts[line - 1] ?? 0;
    const lineEnd = endOfLine(source, starts[line]);
    diagnostics.push({
      file,
      line,
      column: Math.min(from, lineEnd) - start + 1,
      length: Math.max(1, Math.min(fault.span.to, lineEnd) - from),
      path: showPath(fault.path),
      message: fault.message,
      ...(fault.hint ? { hint: fault.hint } : {}),
    });
  }
  return diagnostics;
}

/** `services.panel.probes.ready`, `notify.email.to[0]`, `labels["a b"]`. */
export function showPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text ? `.${step}` : step;
    else text += `[${JSON.stringify(shorten(step, 40))}]`;
  }
  return text;
}

/** At most `length` characters, so that a value never floods a message. */
export function shorten(text: string, length: number): string {
  const characters = [...text.slice(0, length * 2 + 2)];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text;
}

/** The number of the line that an offset stands on, from 1. */
export function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** The offset at which each line begins. */
export function lineStarts(source: string): readonly number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Where the text of a line ends, given where the next line begins. */
function endOfLine(source: string, next: number | undefined): number {
  const end = next === undefined ? source.length : next - 1;
  return source[end - 1] === '\r' ? end - 1 : end;
}
