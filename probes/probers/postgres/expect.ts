import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { Failure, oneLine } from '../../net/failure.ts';
import type { ValueMatcher } from '../value-matcher.ts';
import type { postgresOptions } from './options.ts';
import type { Answer } from './session.ts';

type Expect = z.output<typeof postgresOptions>['expect'];

/** Throws a `Failure` for the first expectation that does not hold: rows, value, time. */
export function expectAnswer(
  answer: Answer & { readonly durationMs: number },
  expect: Expect,
  hide: (text: string) => string,
): void {
  expectRows(answer.rows, expect.rows);
  if (expect.value !== undefined) expectValue(answer.value, expect.value, hide);
  if (expect.within === undefined || answer.durationMs <= expect.within) return;
  const [took, may] = [answer.durationMs, expect.within].map(sayDuration);
  throw new Failure('slow', `an answer after ${took}`, `an answer within ${may}`);
}

function expectRows(found: number, rows: Expect['rows']): void {
  if (rows === undefined) return;
  const [fits, wanted] =
    typeof rows === 'number' ? [found === rows, say(rows)] : [found >= rows.at_least, `at least ${say(rows.at_least)}`];
  if (!fits) throw new Failure('answer', say(found), wanted);
}

function expectValue(found: Answer['value'], wanted: ValueMatcher, hide: (text: string) => string): void {
  if (wanted.matchesText(found)) return;
  const said = found === undefined ? 'no value' : found === null ? 'the value null' : `the value ${quote(hide(found))}`;
  const expected = wanted.words((value) => (value === null ? 'null' : quote(String(value))));
  throw new Failure('answer', said, `the value ${expected}`);
}

function say(rows: number): string {
  return `${rows} row${rows === 1 ? '' : 's'}`;
}

function quote(text: string): string {
  const line = oneLine(text);
  return `"${line.length > 60 ? `${line.slice(0, 59).replace(/[\ud800-\udbff]$/, '')}…` : line}"`;
}
