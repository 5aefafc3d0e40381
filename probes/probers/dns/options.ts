import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { formatHostPort, parseHostPort } from '../../net/host-port.ts';
import {
  caFileSchema,
  durationSchema,
  ipSchema,
  legacyTlsSchema,
  serverNameSchema,
  trustSchema,
  validForSchema,
} from '../schemas.ts';
import { toTextPattern } from '../text-pattern.ts';

/** A name server as it is written; where no port is, the transport says which. */
export interface NameServer {
  readonly host: string;
  readonly port?: number;
}

export const recordTypes = [
  'A',
  'AAAA',
  'CNAME',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TXT',
  'CAA',
  'DS',
  'DNSKEY',
  'ANY',
] as const;

/** By their number (RFC 1035, RFC 2136). */
export const rcodes = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;

export const dnsValue = z
  .string()
  .transform((text, context): NameServer => {
    const server = parseNameServer(text);
    if (server) return server;
    context.addIssue({
      code: 'custom',
      message: 'expected a name server: 192.0.2.53, ns1.example.org:5353 or [2001:db8::53]:53',
    });
    return z.NEVER;
  })
  .describe('Name server to ask: host, or host:port. The port is 53, or 853 for transport: tls.');

const nameSchema = z.string().transform((text, context) => {
  const name = toName(text);
  if (name !== undefined) return name;
  const host = hostOfUrl(text);
  if (host === undefined) {
    const message = 'expected a domain name, such as www.example.org, or . for the root';
    context.addIssue({ code: 'custom', message });
  } else {
    const message = 'expected a domain name alone, not a URL';
    context.addIssue({ code: 'custom', message, params: { hint: `write ${host}` } });
  }
  return z.NEVER;
});

/** Those that ask for no record: OPT, and what moves zones or makes keys (RFC 6895, section 3.1). */
const noQuestion = (type: number) => type === 41 || (type >= 249 && type <= 252);

const typeSchema = z.union([
  z.enum(recordTypes),
  z
    .int('expected the number of a type')
    .min(1, 'expected the number of a record type, 1 to 65535')
    .max(65_535, 'expected the number of a record type, 1 to 65535')
    .refine((type) => !noQuestion(type), 'expected the type of a record: this one moves zones or makes keys'),
]);

const serialSchema = z.int().min(0).max(4_294_967_295).optional();

const textsSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((texts, context) =>
    [texts].flat().map((text, i) => toTextPattern(text, context, typeof texts === 'string' ? [] : [i])),
  )
  .optional();

export const dnsOptions = z.strictObject({
  name: nameSchema.describe('Name to ask for: www.example.org. A `.` is the root.'),
  type: typeSchema
    .default('A')
    .describe(`Type of the records to ask for: ${recordTypes.join(', ')}, or a number such as 65.`),
  class: z
    .enum(['IN', 'CH', 'HS'])
    .default('IN')
    .describe('Class of the records. CH, with TXT, asks for version.bind.'),
  transport: z
    .enum(['udp', 'tcp', 'tls'])
    .default('udp')
    .describe('How to ask. An answer by UDP that was cut short is asked for again by TCP.'),
  recursion: z.boolean().default(true).describe('Whether the server is asked to find the answer elsewhere.'),
  expect: z
    .strictObject({
      rcode: z
        .union([z.enum(rcodes), z.array(z.enum(rcodes)).min(1)])
        .default('NOERROR')
        .describe('Code of the answer: NOERROR, NXDOMAIN, SERVFAIL, REFUSED, …, or a list.'),
      answers: textsSchema.describe('What some record of the answer must hold: text or `/regex/` (RE2), or a list.'),
      answers_not: textsSchema.describe('What no record of the answer may hold: text or `/regex/`, or a list.'),
      min_answers: z
        .int()
        .min(0)
        .max(1_000)
        .optional()
        .describe(
          'How many records of the type asked for the answer has at least; a CNAME on the way to them is none. Default: 1 where the code is NOERROR, 0 otherwise.',
        ),
      authority: textsSchema.describe('What some record of the authority section must hold.'),
      additional: textsSchema.describe('What some record of the additional section must hold.'),
      serial: serialSchema.describe('Serial number of the zone, for type SOA.'),
      serial_at_least: serialSchema.describe('Smallest serial number of the zone (RFC 1982), for type SOA.'),
      within: durationSchema.optional().describe('How long the whole exchange may take: 500ms.'),
      valid_for: validForSchema,
    })
    .default({ rcode: 'NOERROR' })
    .describe('What the answer must be like.'),
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  trust: trustSchema,
  legacy_tls: legacyTlsSchema,
  ip: ipSchema,
});

export function formatNameServer({ host, port }: NameServer): string {
  return port === undefined ? host : formatHostPort(host, port);
}

function parseNameServer(text: string): NameServer | undefined {
  if (isIPv6(text)) return { host: text };
  const written = parseHostPort(text);
  if (written) return written;
  const completed = parseHostPort(`${text}:53`);
  return completed && { host: completed.host };
}

/** In ASCII, without the dot at its end; undefined where it is no name (RFC 1035, section 2.3.4). */
function toName(text: string): string | undefined {
  if (text === '.') return text;
  // A URL is made of ASCII as a name is, and nobody has a zone that is called `https:`.
  if (hostOfUrl(text) !== undefined || /:|^\/|\/$/.test(text)) return undefined;
  // Only what needs it: a name in ASCII may have labels that no host name has, such as `_dmarc`.
  const ascii = /^[\x21-\x7e]+$/.test(text) ? text : domainToASCII(text);
  const name = ascii.replace(/\.$/, '');
  const labels = name.split('.');
  const good = labels.every((label) => /^[^\\\s"]{1,63}$/.test(label));
  return good && name.length <= 253 ? name : undefined;
}

/**
 * The host in what is a URL or a part of one: `https://www.example.org/`, `www.example.org:443`, `www.example.org/status`.
 * Undefined for a name, which may have a slash too, but not in its last label (RFC 2317).
 */
function hostOfUrl(text: string): string | undefined {
  const [, before = '', host, behind = ''] =
    /^((?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#@]*@)?)?([^/?#@:\s]+)(:\d+(?:[/?#].*)?|[/?#].*)?$/is.exec(text) ?? [];
  const isName = before === '' && (behind === '' || /^\/[^/?#:]*\.[^/?#:]*$/.test(behind));
  return isName ? undefined : host;
}
