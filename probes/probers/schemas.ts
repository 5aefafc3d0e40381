import { z } from 'zod';
import { parseDuration } from '../../stack/duration.ts';
import { parseHostPort } from '../net/host-port.ts';

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

export const ipSchema = z
  .union([z.literal(4), z.literal(6), z.literal('any')])
  .default('any')
  .describe('Address family to dial: 4, 6 or any.');

export const serverNameSchema = z
  .string()
  .min(1)
  .optional()
  .describe('Name to ask for in the TLS handshake and to check the certificate against. Default: the host.');

export const caFileSchema = z
  .string()
  .min(1)
  .optional()
  .describe('PEM file of certificate authorities to trust besides the usual ones. Read at every run.');

export const trustSchema = z
  .enum(['chain', 'any'])
  .default('chain')
  .describe(
    'chain: the certificate must lead to a trusted authority. any: it need not (a self-signed one); its name and its dates are checked all the same.',
  );

export const validForSchema = durationSchema
  .optional()
  .describe('How long every certificate of the chain must stay valid: 21d.');
