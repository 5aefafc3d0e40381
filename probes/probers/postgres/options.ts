import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import { type HostPort, hostOfUrl } from '../../net/host-port.ts';
import { certificateOptions } from '../certificate-options.ts';
import { durationSchema, ipSchema, validForSchema } from '../schemas.ts';
import { textMatcherSchema } from '../value-matcher.ts';

const sslModes = ['disable', 'require', 'verify-full'] as const;

/** Where to log in, and as whom. */
export interface PostgresAddress extends HostPort {
  readonly user: string;
  readonly password?: Secret;
  readonly database: string;
  readonly sslMode?: (typeof sslModes)[number];
}

export const postgresValue = z
  .string()
  .transform((text, context): PostgresAddress => {
    const address = addressOf(text);
    if (typeof address !== 'string') return address;
    context.addIssue({ code: 'custom', message: `expected ${address}` });
    return z.NEVER;
  })
  .describe(
    'URL to log in to: postgres://user:password@host:port/database. The password in it is shown nowhere. `?sslmode=` as libpq has it: disable (the default), require (TLS, whatever the certificate) or verify-full.',
  );

/** The address, or what was expected of it. */
function addressOf(text: string): PostgresAddress | string {
  const form = 'a URL such as postgres://user@db.example.org:5432/app';
  const url = /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname) return form;
  try {
    const host = hostOfUrl(url);
    if (host === undefined) return `a host in it: ${form}`;
    const user = decodeURIComponent(url.username);
    const database = decodeURIComponent(url.pathname.slice(1)) || user;
    if (!user || database.includes('\0') || user.includes('\0')) return `a user in it: ${form}`;
    const address = { host, port: Number(url.port) || 5432, user, database };
    const password = decodeURIComponent(url.password);
    const sslMode = sslModes.find((mode) => mode === url.searchParams.get('sslmode'));
    const unknown = [...url.searchParams.keys()].filter((name) => name !== 'sslmode');
    if (unknown.length > 0) return `no parameter but sslmode, not ${unknown.join(', ')}`;
    if (url.searchParams.has('sslmode') && !sslMode) {
      // `allow` and `prefer` do not say what they want, and a probe that takes either shows neither.
      return `sslmode to be one of ${sslModes.join(', ')}`;
    }
    return { ...address, ...(password && { password: new Secret(password) }), ...(sslMode && { sslMode }) };
  } catch {
    // `%zz`: no percent-encoded UTF-8.
    return 'host, user, password and database in percent-encoded UTF-8';
  }
}

export const postgresOptions = z.strictObject({
  password: z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .optional()
    .describe('The password, where it is not in the URL; it needs no percent-encoding here. Shown nowhere.'),
  sql: z
    .string()
    .min(1)
    .default('select 1')
    .describe(
      'The query. It runs in a transaction that may only read, unless it is a single SHOW or `transaction: false` stands beside it. `/debug` shows it.',
    ),
  transaction: z
    .boolean()
    .default(true)
    .describe(
      'false: the query runs outside of a transaction, as poolers by statement demand. Read-only is not enforced then, so let the user have only the right to read; and the server is not told the time that is left.',
    ),
  expect: z
    .strictObject({
      rows: z
        .union([z.int().min(0), z.strictObject({ at_least: z.int().min(1).describe('How many rows at the least.') })], {
          error: 'expected a number of rows, or at_least with one',
        })
        .optional()
        .describe('How many rows: `1`, or `{ at_least: 1 }`.'),
      value: textMatcherSchema(written)
        .optional()
        .describe(
          'The first column of the first row: the text of it, `/regex/` (RE2), `< 5`, `> "b"`, `exists`, `absent` (no row, or NULL), or null. What only looks so: `{ equals: "< 5" }`.',
        ),
      within: durationSchema.optional().describe('How long all of it may take, login included: 500ms.'),
      valid_for: validForSchema,
    })
    .default({})
    .describe('What the answer must be like.'),
  tls: z
    .boolean()
    .optional()
    .describe(
      'true: TLS with a certificate that is verified, as sslmode=verify-full. Default: as the URL says, else false.',
    ),
  ...certificateOptions,
  ip: ipSchema,
});

/** As PostgreSQL writes it: a boolean is `t` or `f`. */
function written(wanted: number | boolean): string {
  return typeof wanted === 'boolean' ? (wanted ? 't' : 'f') : String(wanted);
}
