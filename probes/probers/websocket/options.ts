import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import {
  caFileSchema,
  clientCertFileSchema,
  clientKeyFileSchema,
  durationSchema,
  ipSchema,
  legacyTlsSchema,
  serverNameSchema,
  trustSchema,
  validForSchema,
} from '../schemas.ts';
import { textPatternSchema } from '../text-pattern.ts';

export const websocketValue = z
  .string()
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && /^wss?:$/.test(url.protocol) && url.hostname && url.hash === '' && isDecodable(url)) return url;
    context.addIssue({
      code: 'custom',
      message: 'expected a URL that begins with ws:// or wss://, without a #fragment',
    });
    return z.NEVER;
  })
  .describe('URL to connect to. User and password in it are sent as basic authentication and shown nowhere.');

/** What the handshake itself is made of. */
const handshake =
  /^(?:connection|content-length|expect|host|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|sec-websocket-.*)$/i;

const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export const websocketOptions = z.strictObject({
  headers: z
    .record(
      z
        .string()
        .regex(tokenPattern, 'expected the name of a header')
        .refine((name) => !handshake.test(name), 'expected another header: this one is written by the prober'),
      z
        .string()
        .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected a header value without line breaks')
        .transform((text) => new Secret(text)),
    )
    .default({})
    .describe('Headers of the handshake: Origin, Authorization, …. Their values are shown nowhere.'),
  protocols: z
    .array(z.string().regex(tokenPattern, 'expected the name of a subprotocol, such as graphql-transport-ws'))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'expected each subprotocol once')
    .optional()
    .describe('Subprotocols to offer, the preferred one first; the server must choose one of them.'),
  send: z
    .string()
    .transform((text) => new Secret(text))
    .optional()
    .describe('Text to send as one message. Shown nowhere.'),
  expect: z
    .strictObject({
      message: textPatternSchema
        .optional()
        .describe(
          'Text that a message of the server must hold, or `/regex/` (RE2). Other messages before it do not matter.',
        ),
      within: durationSchema.optional().describe('How long all of it may take, up to that message: 500ms.'),
      valid_for: validForSchema,
    })
    .default({})
    .describe('What the server must do.'),
  message_limit: z
    .int()
    .min(1)
    .max(16_777_216)
    .default(1_048_576)
    .describe('How many bytes a message of the server may have.'),
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  client_cert_file: clientCertFileSchema,
  client_key_file: clientKeyFileSchema,
  trust: trustSchema,
  legacy_tls: legacyTlsSchema,
  ip: ipSchema,
});

function isDecodable(url: URL): boolean {
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}
