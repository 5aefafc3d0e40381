import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { Failure, oneLine } from '../../net/failure.ts';
import type { httpOptions } from './options.ts';

type Expect = z.output<typeof httpOptions>['expect'];

/** An answer as far as expectations see it. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; several values of one header in order. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly durationMs: number;
}

/** Throws a `Failure` for the first expectation that does not hold: status, headers, body, JSON, time. */
export function expectAnswer(answer: Answer, expect: Expect): void {
  expectStatus(answer, expect);
  expectHeaders(answer, expect);
  for (const text of [expect.body ?? []].flat()) {
    if (!answer.body.includes(text)) {
      throw new Failure(
        'body',
        answer.body === '' ? 'an empty body' : `a body that begins ${quote(answer.body)}`,
        `${quote(text)} in the body`,
      );
    }
  }
  if (expect.json) expectJson(answer.body, expect.json);
  if (expect.within !== undefined && answer.durationMs > expect.within) {
    throw new Failure(
      'slow',
      `an answer after ${sayDuration(answer.durationMs)}`,
      `one within ${sayDuration(expect.within)}`,
    );
  }
}

function expectStatus({ status, body }: Answer, expect: Expect): void {
  const wanted = [expect.status].flat();
  const fits = wanted.some((want) => (typeof want === 'number' ? want === status : want[0] === String(status)[0]));
  if (fits) return;
  const said = oneLine(body);
  const excerpt = said && said.length <= 60 && !said.startsWith('<') ? ` (${said})` : '';
  throw new Failure('status', `status ${status}${excerpt}`, `status ${wanted.join(' or ')}`);
}

function expectHeaders({ headers }: Answer, expect: Expect): void {
  for (const [name, text] of Object.entries(expect.headers)) {
    const values = headers[name.toLowerCase()];
    if (!values)
      throw new Failure('header', `no header ${name}`, text === '' ? `a header ${name}` : `${name}: ${text}`);
    if (!values.some((value) => value.includes(text))) {
      throw new Failure('header', `${name}: ${values.join(', ')}`, `${name} with ${quote(text)}`);
    }
  }
}

function expectJson(body: string, expected: NonNullable<Expect['json']>): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new Failure('json', body === '' ? 'an empty body' : `a body that is no JSON: ${quote(body)}`, 'JSON', {
      cause: error,
    });
  }
  for (const [path, value] of Object.entries(expected)) {
    const found = at(parsed, path);
    if (found === value) continue;
    const said = found === undefined ? 'nothing' : quoteJson(found);
    throw new Failure('json', `json ${path} = ${said}`, `json ${path} = ${quoteJson(value)}`);
  }
}

/** The value at a path such as `data.items.0.id`; undefined where there is none. */
function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.')) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[key];
  }
  return here;
}

function quote(text: string): string {
  const line = oneLine(text);
  return `"${line.length > 60 ? `${line.slice(0, 59)}…` : line}"`;
}

function quoteJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
