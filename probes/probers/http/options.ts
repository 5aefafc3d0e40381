import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import { certificateOptions } from '../certificate-options.ts';
import { JsonPath, jsonPathKeySchema } from '../json-path.ts';
import { allAddressesSchema, durationSchema, headerText, ipSchema, validForSchema } from '../schemas.ts';
import { textPatternSchema, textPatternsSchema } from '../text-pattern.ts';
import { valueMatcherSchema } from '../value-matcher.ts';
import { authenticationOptions } from './authentication.ts';
import { proxySchema } from './proxy.ts';
import { redirectOptions } from './redirects.ts';

/** A status as it is written: `200`, `2xx`. */
const statusSchema = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5]xx$/, 'expected a status such as 200, or a class such as 2xx'),
]);

/** Headers that say how the message is framed, or what becomes of the connection: those are the client's to write. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const headerNameSchema = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header');

export const httpValue = z
  .string()
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname) {
      if (credentials(url)) return url;
      context.addIssue({ code: 'custom', message: 'expected user and password in percent-encoded UTF-8' });
      return z.NEVER;
    }
    context.addIssue({ code: 'custom', message: 'expected a URL that begins with http:// or https://' });
    return z.NEVER;
  })
  .describe('URL to request. User and password in it are sent as basic authentication and shown nowhere.');

export const httpOptions = z.strictObject({
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .default('GET')
    .describe('Request method.'),
  headers: z
    .record(
      headerNameSchema.refine(
        (name) => !framing.has(name.toLowerCase()),
        'expected another header: this one is written by the prober',
      ),
      z
        .string()
        .regex(headerText, 'expected a header value of Latin-1 characters, without line breaks')
        .transform((text) => new Secret(text)),
    )
    .default({})
    .describe('Request headers. Their values are shown nowhere.'),
  body: z
    .string()
    .transform((text) => new Secret(text))
    .optional()
    .describe('Request body. Shown nowhere.'),
  ...authenticationOptions,
  expect: z
    .strictObject({
      status: z
        .union([statusSchema, z.array(statusSchema).min(1)])
        .default('2xx')
        .describe('Status of the answer: 200, 2xx, or a list.'),
      http_version: z
        .union([z.enum(['1.0', '1.1', '2']), z.literal([1, 1.1, 2])], 'expected 1.0, 1.1 or 2')
        .transform((version) => (typeof version === 'string' ? version : version.toFixed(version === 2 ? 0 : 1)))
        .optional()
        .describe('Version of HTTP that the answer must have: 1.0, 1.1 or 2.'),
      headers: z
        .record(headerNameSchema, textPatternSchema)
        .default({})
        .describe('Header to text that its value must hold, or `/regex/`; an empty text asks only that it is there.'),
      body: textPatternsSchema
        .optional()
        .describe('Text that the body must hold, or `/regex/` (RE2), or a list of which all must be there.'),
      not_body: textPatternsSchema
        .optional()
        .describe('Text that the body must not hold, or `/regex/` (RE2), or a list of which none may be there.'),
      not_headers: z
        .record(headerNameSchema, textPatternSchema)
        .optional()
        .describe('Header to text that its value must not hold, or `/regex/`; an empty text forbids the header.'),
      phases: z
        .strictObject({
          resolve: durationSchema.optional().describe('Name to addresses.'),
          connect: durationSchema.optional().describe('The TCP connection.'),
          tls: durationSchema.optional().describe('The TLS handshake.'),
          processing: durationSchema.optional().describe('From the request sent to the answer begun.'),
          transfer: durationSchema.optional().describe('From the answer begun to its end.'),
        })
        .optional()
        .describe('How long each phase may take, over all redirects: `processing: 200ms`.'),
      json: z
        .record(jsonPathKeySchema, valueMatcherSchema)
        // A key that is no path is a fault of the file, told by its own schema.
        .transform((wanted) =>
          Object.entries(wanted).flatMap(([key, matcher]) => {
            const path = JsonPath.parse(key);
            return path instanceof JsonPath ? [{ path, matcher }] : [];
          }),
        )
        .optional()
        .describe(
          'Path to value: `status: ready`, `data.items[0].id: 7`, `"$.queue": "< 5"`. The value is a text, a number, a boolean or null; or `/regex/` (RE2), `< 5`, `>= 5`, `> "2"` for a text, `exists`, `absent`. What only looks so: `{ equals: "< 5" }`.',
        ),
      within: durationSchema.optional().describe('How long the whole exchange may take: 500ms.'),
      valid_for: validForSchema,
      strict: z
        .boolean()
        .default(false)
        .describe(
          'true: refuses what the usual clients read though HTTP/1.1 does not allow it, such as header lines that end with LF alone.',
        ),
    })
    .default({ status: '2xx', headers: {}, strict: false })
    .describe('What the answer must be like.'),
  http2: z
    .boolean()
    .default(false)
    .describe('true: offers HTTP/2 in the TLS handshake, and speaks what the server chooses.'),
  proxy: proxySchema,
  ...redirectOptions,
  compression: z
    .boolean()
    .default(false)
    .describe('true: asks for a compressed body (gzip, deflate, br). One that comes is read in any case, in zstd too.'),
  body_limit: z
    .int()
    .min(1)
    .max(104_857_600)
    .default(1_048_576)
    .describe('How many bytes of the body to read at most.'),
  ...certificateOptions,
  ip: ipSchema,
  all_addresses: allAddressesSchema,
});

/** User and password of a URL as they are sent; undefined where they are no percent-encoded UTF-8. */
export function credentials(url: URL): { readonly user: string; readonly password: string } | undefined {
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    // `%zz`: the message of the schema says what is expected.
    return undefined;
  }
}
