import { z } from 'zod';
import {
  allAddressesSchema,
  caFileSchema,
  chainSchema,
  ciphersSchema,
  clientCertFileSchema,
  clientKeyFileSchema,
  hostPortSchema,
  ipSchema,
  legacyTlsSchema,
  serverNameSchema,
  startTlsSchema,
  tlsVersionsSchema,
  trustSchema,
  validForSchema,
} from '../schemas.ts';

export const tlsValue = hostPortSchema.describe('Host and port that speak TLS: panel.example.org:443.');

export const tlsOptions = z.strictObject({
  expect: z
    .strictObject({
      valid_for: validForSchema,
      version: tlsVersionsSchema,
      cipher: ciphersSchema,
      chain: chainSchema,
    })
    .default({})
    .describe('What the certificate and what is agreed on must be like.'),
  starttls: startTlsSchema,
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  trust: trustSchema,
  legacy_tls: legacyTlsSchema,
  client_cert_file: clientCertFileSchema,
  client_key_file: clientKeyFileSchema,
  ip: ipSchema,
  all_addresses: allAddressesSchema,
});
