import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { Failure, oneLine } from '../../net/failure.ts';
import type { TextPattern } from '../text-pattern.ts';
import { unreadableWords } from './body.ts';
import type { httpOptions } from './options.ts';

type Expect = z.output<typeof httpOptions>['expect'];

/** An answer as far as expectations see it. */
export interface Answer {
  readonly status: number;
  /** `1.0`, `1.1`, `2`. */
  readonly version: string;
  /** Lower-case names; several values of one header in order. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  /** The content coding of the body that cannot be undone: the body is then what came. */
  readonly unreadable?: string;
  readonly durationMs: number;
  /** Milliseconds by phase, of those that ran. */
  readonly phases: ReadonlyMap<string, number>;
}

type Hide = (text: string) => string;

/**
 * Throws a `Failure` for the first expectation that does not hold: version, status, headers, body, JSON, phases, time.
 * @param hide masks what must not be shown of the answer
 */
export function expectAnswer(answer: Answer, expect: Expect, hide: Hide): void {
  if (expect.http_version !== undefined && answer.version !== expect.http_version) {
    throw new Failure('http_version', `HTTP/${answer.version}`, `HTTP/${expect.http_version}`);
  }
  expectStatus(answer, expect, hide);
  expectHeaders(answer, expect, hide);
  if (expect.not_headers) expectNoHeaders(answer, expect.not_headers, hide);
  for (const pattern of expect.body ?? []) {
    if (pattern.matches(answer.body)) continue;
    readable(answer);
    throw new Failure('body', bodyWords(answer.body, hide), `a body with ${say(pattern)}`);
  }
  if (expect.not_body) {
    expectNotInBody(answer.body, expect.not_body, hide);
    readable(answer);
  }
  if (expect.json) {
    try {
      expectJson(answer.body, expect.json, hide);
    } catch (error) {
      readable(answer);
      throw error;
    }
  }
  if (expect.phases) expectPhases(answer.phases, expect.phases);
  if (expect.within !== undefined && answer.durationMs > expect.within) {
    throw new Failure(
      'slow',
      `an answer after ${sayDuration(answer.durationMs)}`,
      `an answer within ${sayDuration(expect.within)}`,
    );
  }
}

/** Nothing can be said of a text in a coding that cannot be undone. */
function readable({ unreadable }: Answer): void {
  if (unreadable === undefined) return;
  throw new Failure('protocol', `a body ${unreadableWords(unreadable)}`, 'a body that can be read');
}

function expectStatus({ status, body }: Answer, expect: Expect, hide: Hide): void {
  const wanted = [expect.status].flat();
  const fits = wanted.some((want) => (typeof want === 'number' ? want === status : want[0] === String(status)[0]));
  if (fits) return;
  // A short text says why ("database is away"); a page of HTML only fills the screen.
  const said = oneLine(hide(body));
  const excerpt = said && said.length <= 60 && !said.startsWith('<') ? ` (${said})` : '';
  throw new Failure('status', `status ${status}${excerpt}`, `status ${wanted.join(' or ')}`);
}

function expectHeaders({ headers }: Answer, expect: Expect, hide: Hide): void {
  for (const [name, pattern] of Object.entries(expect.headers)) {
    const expected = pattern.written === '' ? `a header ${name}` : `header ${name} with ${say(pattern)}`;
    const values = headers[name.toLowerCase()];
    if (!values) throw new Failure('header', `no header ${name}`, expected);
    if (values.some((value) => pattern.matches(value))) continue;
    const found = values.map((value) => quote(hide(value))).join(', ');
    throw new Failure('header', `header ${name} = ${found}`, expected);
  }
}

function expectNoHeaders({ headers }: Answer, forbidden: NonNullable<Expect['not_headers']>, hide: Hide): void {
  for (const [name, pattern] of Object.entries(forbidden)) {
    const value = headers[name.toLowerCase()]?.find((one) => pattern.matches(one));
    if (value === undefined) continue;
    const expected = pattern.written === '' ? `no header ${name}` : `header ${name} without ${say(pattern)}`;
    throw new Failure('header', `header ${name} = ${quote(hide(value))}`, expected);
  }
}

function expectNotInBody(body: string, forbidden: readonly TextPattern[], hide: Hide): void {
  const pattern = forbidden.find((one) => one.matches(body));
  if (pattern) throw new Failure('body', bodyWords(body, hide), `a body without ${say(pattern)}`);
}

function expectPhases(phases: Answer['phases'], limits: NonNullable<Expect['phases']>): void {
  for (const [phase, limitMs] of Object.entries(limits)) {
    const ms = phases.get(phase) ?? 0;
    if (limitMs === undefined || ms <= limitMs) continue;
    throw new Failure('slow', `${phase} took ${sayDuration(ms)}`, `${phase} within ${sayDuration(limitMs)}`);
  }
}

function expectJson(body: string, expected: NonNullable<Expect['json']>, hide: Hide): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new Failure('json', `${bodyWords(body, hide)}, which is no JSON`, 'JSON', { cause: error });
  }
  for (const { path, matcher } of expected) {
    const found = path.valueIn(parsed);
    if (matcher.matches(found)) continue;
    const name = `json ${path.written}`;
    const said = found === undefined ? 'nothing' : quoteJson(found, hide);
    const words = shortened(
      matcher.words((value) => quoteJson(value, hide)),
      80,
    );
    const wanted = matcher.isComparison ? words : `= ${words}`;
    throw new Failure('json', `${name} = ${said}`, `${name} ${wanted}`);
  }
}

function bodyWords(body: string, hide: Hide): string {
  return body === '' ? 'an empty body' : `a body that begins ${quote(hide(body))}`;
}

function say(pattern: TextPattern): string {
  return pattern.isExpression ? shortened(oneLine(pattern.written)) : quote(pattern.written);
}

function quote(text: string): string {
  return `"${shortened(oneLine(text))}"`;
}

function quoteJson(value: unknown, hide: Hide): string {
  try {
    return shortened(hide(JSON.stringify(typeof value === 'string' ? hide(value) : value)));
  } catch (error) {
    // It was read without recursion, and cannot be written so.
    if (error instanceof RangeError) return 'more nested lists and maps than can be shown';
    throw error;
  }
}

function shortened(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
