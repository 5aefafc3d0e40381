import { decode, encode, type Answer as LibraryRecord, type RecordType } from 'dns-packet';
import { rcodes } from './options.ts';

export interface Question {
  readonly name: string;
  /** A name of a type, or a number. */
  readonly type: string | number;
  readonly class: 'IN' | 'CH' | 'HS';
  /** Whether recursion is desired. */
  readonly recursion: boolean;
}

export interface ResourceRecord {
  readonly type: string;
  /** Whether it is of the type that was asked for, as every record is where that was ANY. */
  readonly isAsked: boolean;
  /** As in a zone file, in one line: `www.example.org. 300 IN A 192.0.2.1`. */
  readonly line: string;
  /** The end of the line: what the record says. */
  readonly data: string;
  /** Of a SOA record. */
  readonly serial?: number;
}

export interface Answer {
  /** `NOERROR`, `NXDOMAIN`, …; `RCODE_15` for what has no name. */
  readonly rcode: string;
  readonly authoritative: boolean;
  /** The type that was asked for: `A`, `ANY`; `TYPE65` for what has no name. */
  readonly askedType: string;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
}

export type Reading =
  /** No answer to this question: somebody else's, or a forged one. */
  | { readonly is: 'foreign' }
  | { readonly is: 'truncated' }
  | { readonly is: 'broken'; readonly why: string }
  | { readonly is: 'answer'; readonly answer: Answer };

/** Answer, no query (RFC 1035, section 4.1.1). */
const responseBit = 0x80;
const authoritativeBit = 0x04;
const truncatedBit = 0x02;
/** Of the header, before the question. */
const headLength = 12;
const recursionDesired = 1 << 8;

export function encodeQuestion(id: number, question: Question): Buffer {
  return encode({
    type: 'query',
    id,
    flags: question.recursion ? recursionDesired : 0,
    questions: [{ name: question.name, type: libraryType(question.type), class: question.class }],
  });
}

/** Reads a message as the answer to a question; never throws, whatever the bytes are. */
export function readAnswer(id: number, question: Question, message: Buffer): Reading {
  const [high = 0, low = 0] = message.subarray(2, 4);
  if (message.length < 12 || message.readUInt16BE(0) !== id || !(high & responseBit)) return { is: 'foreign' };
  // What was cut short need not be readable.
  if (high & truncatedBit) return { is: 'truncated' };
  const code = low & 0x0f;
  // To decode each message of a flood would take long.
  if (message.readUInt16BE(4) > 0 && !beginsAs(message, encodeQuestion(id, question))) return { is: 'foreign' };
  try {
    if (mayTakeLong(message)) return { is: 'broken', why: 'more compressed names than an answer has' };
    const { questions = [], answers = [], authorities = [], additionals = [] } = decode(message);
    // A server that could not read the question may leave it out (RFC 1035 says nothing of it; many do).
    const [asked] = questions;
    if (asked ? !isSame(asked, question) : code === 0) return { is: 'foreign' };
    const askedType = typeName(nameInLibrary(question.type));
    const toRecords = (records: readonly LibraryRecord[]) => records.map((record) => toRecord(record, askedType));
    return {
      is: 'answer',
      answer: {
        askedType,
        rcode: rcodes[code] ?? `RCODE_${code}`,
        authoritative: Boolean(high & authoritativeBit),
        answers: toRecords(answers),
        authority: toRecords(authorities),
        additional: toRecords(additionals),
      },
    };
  } catch (error) {
    return { is: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the question seems to be the same: names differ by no case, and nothing stands before that a pointer could lead to. */
function beginsAs(message: Buffer, query: Buffer): boolean {
  const written = (bytes: Buffer) => bytes.toString('latin1', headLength, query.length).toLowerCase();
  return written(message) === written(query);
}

/**
 * A chain of pointers is followed anew for each name that ends in it, so that 64 KB made for it keep a reader busy for
 * 0.4 s. Real names have one pointer or two.
 */
function mayTakeLong(message: Buffer): boolean {
  const records = [4, 6, 8, 10].reduce((sum, at) => sum + message.readUInt16BE(at), 0);
  // How many pointers lead on from each place, for a pointer leads only back (RFC 1035, section 4.1.4).
  const depths = new Uint16Array(message.length);
  let deepest = 0;
  for (let at = 12; at + 1 < message.length; at++) {
    const target = message.readUInt16BE(at) - 0xc000;
    if (target < 0 || target >= at) continue;
    const depth = (depths[target] ?? 0) + 1;
    depths[at] = depth;
    deepest = Math.max(deepest, depth);
  }
  return deepest * Math.min(records, message.length / 11) > 1_000_000;
}

/** The library's types know neither ANY nor its own way of writing a number. */
function libraryType(type: string | number): RecordType {
  return (typeof type === 'number' ? `UNKNOWN_${type}` : type) as RecordType;
}

/** The library reads a number that it knows as a name, also the 1 of an `A`. */
function nameInLibrary(type: string | number): string {
  return decode(encode({ questions: [{ name: '.', type: libraryType(type) }] })).questions?.[0]?.type ?? String(type);
}

function typeName(inLibrary: string): string {
  return inLibrary.replace(/^UNKNOWN_/, 'TYPE');
}

function isSame(asked: { readonly name: string; readonly type: string; readonly class?: string }, question: Question) {
  const name = (text: string) => text.toLowerCase().replace(/\.$/, '');
  return (
    name(asked.name) === name(question.name) &&
    (asked.class ?? 'IN') === question.class &&
    asked.type === nameInLibrary(question.type)
  );
}

function toRecord(record: LibraryRecord, askedType: string): ResourceRecord {
  const type = typeName(record.type);
  const isAsked = askedType === 'ANY' || type === askedType;
  if (record.type === 'OPT') return { type, isAsked, line: '. OPT', data: '' };
  const data = dataOf(record);
  const line = `${dotted(record.name)} ${record.ttl ?? 0} ${record.class ?? 'IN'} ${type} ${data}`.trimEnd();
  return { type, isAsked, line, data, ...(record.type === 'SOA' ? { serial: record.data.serial ?? 0 } : {}) };
}

/** As in a zone file. */
function dataOf(record: Exclude<LibraryRecord, { readonly type: 'OPT' }>): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.data;
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return dotted(record.data);
    case 'MX':
      return `${record.data.preference ?? 0} ${dotted(record.data.exchange)}`;
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data;
      return `${priority} ${weight} ${port} ${dotted(target)}`;
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return [dotted(mname), dotted(rname), serial, refresh, retry, expire, minimum].join(' ');
    }
    case 'TXT':
      return `"${textOf(record.data)}"`;
    case 'CAA':
      return `${record.data.flags ?? 0} ${record.data.tag} "${record.data.value}"`;
    case 'DNSKEY':
      return `${record.data.flags} 3 ${record.data.algorithm} ${record.data.key.toString('base64')}`;
    default:
      return fields(record.data);
  }
}

/**
 * The strings of a TXT record, of 255 bytes at most, are one text with nothing between them (RFC 7208, section 3.3; RFC 6376,
 * section 3.6.2.2). A letter of several bytes may stand in two of them.
 */
function textOf(strings: string | Buffer | readonly (string | Buffer)[]): string {
  return Buffer.concat([strings].flat().map((piece) => Buffer.from(piece))).toString('utf8');
}

/** Of the rarer types the fields as they come; where there are none, the bytes (RFC 3597, section 5). */
function fields(data: unknown): string {
  if (Buffer.isBuffer(data)) return `\\# ${data.length} ${data.toString('hex')}`.trimEnd();
  if (typeof data !== 'object' || data === null) return String(data);
  return Object.values(data)
    .map((field: unknown) => (Buffer.isBuffer(field) ? field.toString('hex').toUpperCase() : String(field)))
    .join(' ');
}

/** Names do not differ by case, and some servers play with it (draft-vixie-dnsext-dns0x20). */
function dotted(name: string): string {
  return `${name.toLowerCase().replace(/\.$/, '')}.`;
}
