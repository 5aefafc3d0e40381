import { z } from 'zod';
import { parseDuration } from '../../stack/duration.ts';
import { parseHostPort, toAsciiName } from '../net/host-port.ts';
import { startTlsProtocols } from '../net/start-tls-protocols.ts';
import { tlsVersions } from '../net/tls-agreement.ts';
import type { Misfit } from './prober.ts';
import { toTextPattern } from './text-pattern.ts';

/** Pieces of option schemas that several probers share. */

/** `10s`, `1h30m`, `21d`; parsed to milliseconds. */
export const durationSchema = z
  .string()
  .regex(/^(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/, 'expected a duration such as 10s, 500ms, 1h30m or 21d')
  .transform((text) => parseDuration(text) ?? 0);

/** `db.example.org:5432`, `[2001:db8::1]:443`; parsed to host and port. */
export const hostPortSchema = z.string().transform((text, context) => {
  const parsed = parseHostPort(text);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: 'expected host:port, such as db.example.org:5432 or [2001:db8::1]:443' });
  return z.NEVER;
});

/** What a header can hold (RFC 9110, section 5.5), one byte per character. */
export const headerText = /^[\t\x20-\x7e\xa0-\xff]*$/;

export const ipSchema = z
  .union([z.literal(4), z.literal(6), z.literal('any')])
  .default('any')
  .describe('Address family to dial: 4, 6 or any.');

export const serverNameSchema = z
  .string()
  .min(1)
  .transform((text, context) => {
    const name = toAsciiName(text);
    if (name) return name;
    context.addIssue({ code: 'custom', message: 'expected a host name, such as panel.example.org' });
    return z.NEVER;
  })
  .optional()
  .describe('Name to ask for in the TLS handshake and to check the certificate against. Default: the host.');

export const caFileSchema = z
  .string()
  .min(1)
  .optional()
  .describe('PEM file of certificate authorities to trust besides the usual ones. A changed file is read again.');

export const trustSchema = z
  .enum(['chain', 'any', 'unchecked'])
  .default('chain')
  .describe(
    'chain: the certificate must lead to a trusted authority. any: it need not (a self-signed one); its name and its dates are checked all the same. unchecked: nothing in it is looked at, and its end is not reported: for appliances. `check` warns of it.',
  );

export const legacyTlsSchema = z
  .boolean()
  .default(false)
  .describe(
    'true: also takes TLS 1.0 and 1.1, Diffie-Hellman groups and keys below 2048 bits, SHA-1, and servers without secure renegotiation, for what speaks nothing better. It gives up that nobody in between can read or change what is said. `check` warns of it.',
  );

export const validForSchema = durationSchema
  .optional()
  .describe('How long every certificate of the chain must stay valid: 21d.');

export const allAddressesSchema = z
  .boolean()
  .default(false)
  .describe('Probe every address of the host, not only the first that answers; all must pass, and a bad one is named.');

/** The two are one: `clientCertificateMisfits` says where one is missing. */
export const clientCertFileSchema = z
  .string()
  .min(1)
  .optional()
  .describe(
    'PEM file of the certificate to show to the server, with the chain that it needs. A changed file is read again.',
  );

export const clientKeyFileSchema = z.string().min(1).optional().describe('PEM file of the key to that certificate.');

export function clientCertificateMisfits(options: {
  readonly client_cert_file?: string | undefined;
  readonly client_key_file?: string | undefined;
}): readonly Misfit[] {
  const { client_cert_file: cert, client_key_file: key } = options;
  if ((cert === undefined) === (key === undefined)) return [];
  const [given, other] =
    key === undefined ? ['client_cert_file', 'client_key_file'] : ['client_key_file', 'client_cert_file'];
  return [{ path: [given], message: `${given} needs ${other} beside it`, hint: `add ${other}, or leave it out` }];
}

export const tlsVersionsSchema = z
  .array(z.enum(tlsVersions))
  .min(1)
  .optional()
  .describe(
    'TLS versions of which one must be agreed on: [TLSv1.3]. TLSv1 and TLSv1.1 are offered only where they stand here.',
  );

export const ciphersSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((texts, context) =>
    [texts].flat().map((text, i) => toTextPattern(text, context, typeof texts === 'string' ? [] : [i])),
  )
  .optional()
  .describe('Ciphers of which one must be agreed on: its name, or `/regex/` (RE2), or a list of them.');

export const chainSchema = z
  .literal('complete')
  .optional()
  .describe(
    'complete: the server must send every certificate but the root, also where a ca_file here has the one that it left out.',
  );

export const startTlsSchema = z
  .enum(startTlsProtocols)
  .optional()
  .describe('Protocol in which TLS begins after a few words in the clear. Default: TLS from the first byte.');
