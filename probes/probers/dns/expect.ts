import { sayDuration } from '../../../stack/duration.ts';
import { Failure } from '../../net/failure.ts';
import type { TextPattern } from '../text-pattern.ts';
import type { Answer, ResourceRecord } from './message.ts';

export interface Expectations {
  readonly rcode: string | readonly string[];
  readonly answers?: readonly TextPattern[] | undefined;
  readonly answers_not?: readonly TextPattern[] | undefined;
  readonly min_answers?: number | undefined;
  readonly authority?: readonly TextPattern[] | undefined;
  readonly additional?: readonly TextPattern[] | undefined;
  readonly serial?: number | undefined;
  readonly serial_at_least?: number | undefined;
  readonly within?: number | undefined;
}

/** Throws a `Failure` for the first thing that is not as expected. */
export function expectAnswer(answer: Answer, expect: Expectations, durationMs: number): void {
  expectRcode(answer, expect);
  expectCount(answer, expect.min_answers ?? (answer.rcode === 'NOERROR' ? 1 : 0));
  expectRecords(answer.answers, expect.answers, 'the answer');
  expectRecords(answer.authority, expect.authority, 'the authority section');
  expectRecords(answer.additional, expect.additional, 'the additional section');
  for (const pattern of expect.answers_not ?? []) {
    const unwanted = answer.answers.find((record) => holds(record, pattern));
    if (unwanted) throw new Failure('dns_records', shown(unwanted), `no record with ${pattern.written}`);
  }
  expectSerial(answer, expect);
  if (expect.within !== undefined && durationMs > expect.within) {
    const words = (ms: number) => sayDuration(ms);
    throw new Failure('slow', `an answer after ${words(durationMs)}`, `an answer within ${words(expect.within)}`);
  }
}

/** What a record says, with its type: `MX 10 mail.example.org.`. */
export function shown({ type, data }: ResourceRecord): string {
  return `${type} ${data}`.trimEnd();
}

/** Serial numbers go round: half of all numbers are after a number, and half before it (RFC 1982, section 3.2). */
export function isSerialAtLeast(serial: number, least: number): boolean {
  return (serial - least) >>> 0 < 0x8000_0000;
}

function expectRcode({ rcode }: Answer, expect: Expectations): void {
  const wanted = [expect.rcode].flat();
  if (!wanted.includes(rcode)) throw new Failure('dns_rcode', rcode, wanted.join(' or '));
}

/** A CNAME whose name has no record is no answer to a question for addresses, so only what was asked for is counted. */
function expectCount({ answers, askedType }: Answer, least: number): void {
  const asked = answers.filter(({ isAsked }) => isAsked);
  if (asked.length >= least) return;
  const kind = askedType === 'ANY' ? 'records' : `${askedType} records`;
  const found =
    asked.length > 0 || answers.length === 0
      ? said(answers)
      : `${said(answers.map(undotted))} and no ${askedType} record`;
  throw new Failure('dns_records', found, `${least} or more ${kind} in the answer`);
}

/** A dot before "and" would read as the end of a sentence. */
function undotted(record: ResourceRecord): ResourceRecord {
  return { ...record, data: record.data.replace(/\.$/, '') };
}

function expectRecords(
  records: readonly ResourceRecord[],
  patterns: readonly TextPattern[] | undefined,
  where: string,
): void {
  for (const pattern of patterns ?? []) {
    if (records.some((record) => holds(record, pattern))) continue;
    throw new Failure('dns_records', said(records), `a record with ${pattern.written} in ${where}`);
  }
}

/** An expression is looked for in the line of the record, a text is one field of it or several. */
function holds(record: ResourceRecord, pattern: TextPattern): boolean {
  if (pattern.isExpression) return pattern.matches(record.line);
  // Only in texts does the case matter.
  const isText = record.type === 'TXT' || record.type === 'CAA';
  return withoutEnds(record.line).includes(withoutEnds(isText ? pattern.written : pattern.written.toLowerCase(), true));

  function withoutEnds(text: string, isWanted = false): string {
    const line = isText || isWanted ? text : text.toLowerCase();
    // The dot at the end of a name and the quotes around a text may be left out.
    return ` ${line
      // Strings of one text, as `dig` prints them.
      .replaceAll(/"\s+"/g, '')
      .replaceAll('"', ' ')
      .replaceAll(/\.(?=\s|$)/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim()} `;
  }
}

function expectSerial({ answers }: Answer, { serial, serial_at_least: least }: Expectations): void {
  if (serial === undefined && least === undefined) return;
  const found = answers.find((record) => record.serial !== undefined)?.serial;
  const expected = serial === undefined ? `serial ${least} or later` : `serial ${serial}`;
  if (found === undefined) throw new Failure('dns_records', said(answers), `a SOA record with ${expected}`);
  const good = (serial === undefined || found === serial) && (least === undefined || isSerialAtLeast(found, least));
  if (!good) throw new Failure('dns_records', `serial ${found}`, expected);
}

function said(records: readonly ResourceRecord[]): string {
  if (records.length === 0) return 'no record';
  const first = records.slice(0, 4).map(shown).join(', ');
  return records.length > 4 ? `${first} and ${records.length - 4} more` : first;
}
