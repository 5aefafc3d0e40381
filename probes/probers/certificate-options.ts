import type { SecureOptions } from '../net/secure.ts';
import type { Misfit } from './prober.ts';
import {
  caFileSchema,
  clientCertFileSchema,
  clientCertificateMisfits,
  clientKeyFileSchema,
  serverNameSchema,
  trustSchema,
} from './schemas.ts';

/** Options about certificates, for a protocol that may be spoken over TLS. `expect.valid_for` belongs to them. */
export const certificateOptions = {
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  trust: trustSchema,
  client_cert_file: clientCertFileSchema,
  client_key_file: clientKeyFileSchema,
};

interface Given {
  readonly server_name?: string | undefined;
  readonly ca_file?: string | undefined;
  readonly trust: 'chain' | 'any';
  readonly client_cert_file?: string | undefined;
  readonly client_key_file?: string | undefined;
  readonly expect: { readonly valid_for?: number | undefined };
}

/** The options as `secure` takes them. */
export function secureOptions(host: string, options: Given): SecureOptions {
  const { expect, trust, ca_file: caFile, client_cert_file: clientCertFile, client_key_file: clientKeyFile } = options;
  return {
    name: options.server_name ?? host,
    trust,
    ...(caFile !== undefined && { caFile }),
    ...(clientCertFile !== undefined && { clientCertFile }),
    ...(clientKeyFile !== undefined && { clientKeyFile }),
    ...(expect.valid_for !== undefined && { validForMs: expect.valid_for }),
  };
}

/**
 * Options about certificates where none is looked at, and a certificate without its key.
 * @param without why none is looked at, as in `without TLS there is none`, and what to do; undefined where one is
 */
export function certificateMisfits(
  options: Given,
  without: { readonly why: string; readonly hint: string } | undefined,
): readonly Misfit[] {
  if (!without) return clientCertificateMisfits(options);
  const asked: readonly (readonly [readonly string[], unknown])[] = [
    [['server_name'], options.server_name],
    [['ca_file'], options.ca_file],
    [['trust'], options.trust === 'any' ? options.trust : undefined],
    [['client_cert_file'], options.client_cert_file],
    [['client_key_file'], options.client_key_file],
    [['expect', 'valid_for'], options.expect.valid_for],
  ];
  return asked
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({
      path,
      message: `${path.at(-1)} is about a certificate, and ${without.why}`,
      hint: without.hint,
    }));
}
