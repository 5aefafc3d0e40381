import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import { type HostPort, hostOfUrl, parseHostPort } from '../../net/host-port.ts';
import { certificateOptions } from '../certificate-options.ts';
import { durationSchema, ipSchema, validForSchema } from '../schemas.ts';
import { textMatcherSchema } from '../value-matcher.ts';

export interface RedisAddress extends HostPort {
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: Secret;
  readonly database: number;
}

export const redisValue = z
  .string()
  .transform((text, context): RedisAddress => {
    const address = addressOf(text);
    if (typeof address !== 'string') return address;
    context.addIssue({ code: 'custom', message: `expected ${address}` });
    return z.NEVER;
  })
  .describe(
    'host:port, or a URL: redis://user:password@host:port/0, rediss:// for TLS. The password in it is shown nowhere.',
  );

/** The address, or what was expected of it. */
function addressOf(text: string): RedisAddress | string {
  const plain = parseHostPort(text);
  if (plain) return { ...plain, tls: false, database: 0 };
  const url = /^rediss?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname || url.search || url.hash) {
    return 'host:port, or a URL such as redis://cache.example.org:6379 or rediss://cache.example.org:6380/0';
  }
  const [, database = '0'] = /^\/?(\d{0,5})$/.exec(url.pathname) ?? [];
  if (!/^\/?\d{0,5}$/.test(url.pathname)) return 'the number of a database behind the port: redis://cache:6379/0';
  try {
    const host = hostOfUrl(url);
    if (host === undefined) return 'a host, such as cache.example.org';
    const [user, password] = [url.username, url.password].map(decodeURIComponent);
    if (user && !password) return 'a password behind the user, or none of both: redis://user:password@cache:6379';
    return {
      host,
      port: Number(url.port) || 6379,
      tls: url.protocol === 'rediss:',
      database: Number(database),
      ...(user && { user }),
      ...(password && { password: new Secret(password) }),
    };
  } catch {
    // `%zz`: no percent-encoded UTF-8.
    return 'host, user and password in percent-encoded UTF-8';
  }
}

export const redisOptions = z.strictObject({
  username: z.string().min(1).optional().describe('The user, where it is not in the URL. Default: the default user.'),
  password: z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .optional()
    .describe('The password, where it is not in the URL; it needs no percent-encoding here. Shown nowhere.'),
  command: z
    .union([z.string().regex(/\S/, 'expected a command'), z.array(z.string()).min(1)])
    .default('PING')
    .transform((command) => (typeof command === 'string' ? command.trim().split(/\s+/) : command))
    .describe('The command: words in one text, or a list of them. `/debug` shows it.'),
  expect: z
    .strictObject({
      reply: textMatcherSchema(String)
        .optional()
        .describe(
          'The reply: all of its text, `/regex/` (RE2), `< 5`, `> "b"`, `exists`, or `absent`. What only looks so: `{ equals: "< 5" }`. Default: PONG where the command is PING.',
        ),
      role: z.enum(['master', 'replica']).optional().describe('What the server must be; asked for by ROLE.'),
      within: durationSchema.optional().describe('How long all of it may take, login included: 500ms.'),
      valid_for: validForSchema,
    })
    .default({})
    .describe('What the answer must be like.'),
  ...certificateOptions,
  ip: ipSchema,
});
