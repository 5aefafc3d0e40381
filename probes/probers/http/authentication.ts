import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import type { Misfit } from '../prober.ts';
import { headerText } from '../schemas.ts';

const secretSchema = z
  .string()
  .min(1)
  .transform((text) => new Secret(text));

/** How the prober says who it is; one of the three, and nothing of it goes to another origin than that of the URL. */
export const authenticationOptions = {
  basic: z
    .strictObject({
      user: z.string().min(1).describe('User.'),
      password: secretSchema.describe('Its password. Shown nowhere.'),
    })
    .optional()
    .describe('Basic authentication, where user and password are not to stand in the URL.'),
  bearer: z
    .string()
    .min(1)
    .regex(headerText, 'expected a token of Latin-1 characters, without line breaks')
    .transform((text) => new Secret(text))
    .optional()
    .describe('Token to send as `Authorization: Bearer …`. Shown nowhere.'),
  oauth2: z
    .strictObject({
      token_url: z
        .string()
        .refine(
          (text) => /^https?:/.test(text) && URL.canParse(text),
          'expected a URL that begins with http:// or https://',
        )
        .transform((text) => new URL(text))
        .describe('Where the token is asked for.'),
      client_id: z.string().min(1).describe('Who asks.'),
      client_secret: secretSchema.describe('Its secret. Shown nowhere.'),
      scopes: z
        .array(z.string().regex(/^[!#-[\]-~]+$/, 'expected a scope without spaces and quotes'))
        .default([])
        .describe('What the token is to be good for.'),
    })
    .optional()
    .describe(
      'A token by the client credentials of OAuth 2.0. It is kept until it expires, and fetched anew after a status 401.',
    ),
};

interface Given {
  readonly basic?: { readonly user: string; readonly password: Secret } | undefined;
  readonly bearer?: Secret | undefined;
  readonly oauth2?: unknown;
  readonly headers: Readonly<Record<string, Secret>>;
}

/** The value of the header; undefined where there is none to send. */
export function authorization({ basic, bearer }: Given): string | undefined {
  if (bearer) return `Bearer ${bearer.reveal()}`;
  return basic && `Basic ${Buffer.from(`${basic.user}:${basic.password.reveal()}`).toString('base64')}`;
}

/** Two ways of saying who asks: only one would be sent. */
export function authenticationMisfits(url: URL, options: Given): readonly Misfit[] {
  const header = Object.keys(options.headers).find((name) => name.toLowerCase() === 'authorization');
  const ways: readonly (readonly [words: string, path: readonly string[], given: unknown])[] = [
    ['user and password in the URL', [], url.username || url.password || undefined],
    [`the header ${header}`, ['headers', header ?? ''], header],
    ['basic', ['basic'], options.basic],
    ['bearer', ['bearer'], options.bearer],
    ['oauth2', ['oauth2'], options.oauth2],
  ];
  const [first, ...others] = ways.filter(([, , given]) => given !== undefined);
  return others
    .filter(([, path]) => path[0] !== 'headers')
    .map(([words, path]) => ({
      path,
      message: `${words} and ${first?.[0]} both say who asks, and one request can say only one`,
      hint: 'keep one of them',
    }));
}
