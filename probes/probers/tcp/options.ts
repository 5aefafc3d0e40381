import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import { startTlsProtocols } from '../../net/start-tls-protocols.ts';
import {
  allAddressesSchema,
  caFileSchema,
  clientCertFileSchema,
  clientKeyFileSchema,
  hostPortSchema,
  ipSchema,
  legacyTlsSchema,
  serverNameSchema,
  trustSchema,
  validForSchema,
} from '../schemas.ts';
import { textPatternSchema } from '../text-pattern.ts';

export const tcpValue = hostPortSchema.describe('Host and port to connect to: db.example.org:5432.');

const hexSchema = z
  .string()
  .regex(/^(?:\s*[0-9a-fA-F]{2})+\s*$/, 'expected bytes in hexadecimal, such as 2a 31 0d 0a')
  .transform((text) => text.replaceAll(/\s/g, ''));

const keys = ['expect', 'expect_hex', 'send', 'send_hex', 'starttls'] as const;

const turnSchema = z
  .strictObject({
    expect: textPatternSchema
      .optional()
      .describe('Text that a line of the peer must hold, or `/regex/` (RE2). Lines before it are passed over.'),
    expect_hex: hexSchema.optional().describe('What the next bytes must be, in hexadecimal: 2a 31 0d 0a.'),
    send: z
      .string()
      .min(1)
      .transform((text) => new Secret(text))
      .optional()
      .describe('Text to send, with its line end: "PING\\r\\n". Shown nowhere.'),
    send_hex: hexSchema
      .transform((text) => new Secret(text))
      .optional()
      .describe('Bytes to send, in hexadecimal. Shown nowhere.'),
    starttls: z
      .union([z.literal(true), z.enum(startTlsProtocols)])
      .optional()
      .describe('true: begin TLS here. A protocol: first say what it wants to hear before TLS.'),
  })
  .superRefine((turn, context) => {
    if (keys.filter((key) => turn[key] !== undefined).length === 1) return;
    context.addIssue({ code: 'custom', message: `expected one of ${keys.join(', ')}` });
  });

export type Turn = z.output<typeof turnSchema>;

export const tcpOptions = z.strictObject({
  expect: z
    .enum(['open', 'closed'])
    .default('open')
    .describe(
      'open: the port must accept. closed: it must not (refused, dropped or unreachable), as behind a firewall.',
    ),
  dialogue: z
    .array(turnSchema)
    .min(1)
    .max(100)
    .optional()
    .describe('What to say and to hear once the port has accepted, in turns. At most 64 KiB are read.'),
  valid_for: validForSchema,
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  trust: trustSchema,
  legacy_tls: legacyTlsSchema,
  client_cert_file: clientCertFileSchema,
  client_key_file: clientKeyFileSchema,
  ip: ipSchema,
  all_addresses: allAddressesSchema,
});
