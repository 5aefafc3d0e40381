import { z } from 'zod';
import { caFileSchema, hostPortSchema, ipSchema, serverNameSchema, trustSchema, validForSchema } from '../schemas.ts';

export const tlsValue = hostPortSchema.describe('Host and port that speak TLS: panel.example.org:443.');

export const tlsOptions = z.strictObject({
  expect: z.strictObject({ valid_for: validForSchema }).default({}).describe('What the certificate must be like.'),
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  trust: trustSchema,
  ip: ipSchema,
});
