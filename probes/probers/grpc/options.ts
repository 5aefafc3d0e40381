import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import {
  caFileSchema,
  clientCertFileSchema,
  clientKeyFileSchema,
  durationSchema,
  hostPortSchema,
  ipSchema,
  legacyTlsSchema,
  serverNameSchema,
  trustSchema,
  validForSchema,
} from '../schemas.ts';
import { servingStatuses } from './health.ts';

export const grpcValue = hostPortSchema.describe('Host and port of a gRPC server: orders.example.org:50051.');

/** Those that say how the call is framed: gRPC's own, and what HTTP/2 forbids. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

const metadataNameSchema = z
  .string()
  .regex(/^[0-9A-Za-z_.-]+$/, 'expected the name of a metadata key')
  .refine(
    (name) => !framing.has(name.toLowerCase()) && !/^grpc-/i.test(name),
    'expected another key: this one is written by the prober',
  );

export const grpcOptions = z.strictObject({
  service: z
    .string()
    .max(1_000)
    .default('')
    .describe(
      'Service to ask about, as the health protocol names it: orders.v1.Orders. Default: the server as a whole.',
    ),
  tls: z.boolean().default(false).describe('Whether the server speaks TLS.'),
  metadata: z
    .record(
      metadataNameSchema,
      z
        .string()
        .regex(/^[\x20-\x7e]*$/, 'expected a value of printable ASCII (of a key that ends in -bin: base64)')
        .transform((text) => new Secret(text)),
    )
    .default({})
    .describe('Metadata of the call. Its values are shown nowhere.'),
  expect: z
    .strictObject({
      status: z.enum(servingStatuses).default('SERVING').describe('What the service must say of itself.'),
      within: durationSchema.optional().describe('How long the whole exchange may take: 500ms.'),
      valid_for: validForSchema,
    })
    .default({ status: 'SERVING' })
    .describe('What the answer must be like.'),
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  client_cert_file: clientCertFileSchema,
  client_key_file: clientKeyFileSchema,
  trust: trustSchema,
  legacy_tls: legacyTlsSchema,
  ip: ipSchema,
});
