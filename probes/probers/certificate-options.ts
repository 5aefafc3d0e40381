import type { SecureOptions } from '../net/secure.ts';
import { isLegacyVersion, type TlsVersion } from '../net/tls-agreement.ts';
import type { Misfit } from './prober.ts';
import {
  caFileSchema,
  clientCertFileSchema,
  clientCertificateMisfits,
  clientKeyFileSchema,
  legacyTlsSchema,
  serverNameSchema,
  trustSchema,
} from './schemas.ts';

/** Options about certificates, for a protocol that may be spoken over TLS. `expect.valid_for` belongs to them. */
export const certificateOptions = {
  server_name: serverNameSchema,
  ca_file: caFileSchema,
  trust: trustSchema,
  legacy_tls: legacyTlsSchema,
  client_cert_file: clientCertFileSchema,
  client_key_file: clientKeyFileSchema,
};

/** What the options of a protocol that may be spoken over TLS have of these. */
interface Given {
  readonly server_name?: string | undefined;
  readonly ca_file?: string | undefined;
  readonly trust: 'chain' | 'any' | 'unchecked';
  readonly legacy_tls: boolean;
  readonly client_cert_file?: string | undefined;
  readonly client_key_file?: string | undefined;
  readonly valid_for?: number | undefined;
  readonly expect: string | Expected;
}

interface Expected {
  readonly valid_for?: number | undefined;
  readonly chain?: 'complete' | undefined;
  readonly version?: readonly TlsVersion[] | undefined;
}

/** The options as `secure` takes them. */
export function secureOptions(host: string, options: Given): SecureOptions {
  const { trust, ca_file: caFile, client_cert_file: clientCertFile, client_key_file: clientKeyFile } = options;
  const validForMs = options.valid_for ?? expectedOf(options).valid_for;
  return {
    name: options.server_name ?? host,
    trust,
    ...(options.legacy_tls && { isLegacy: true }),
    ...(caFile !== undefined && { caFile }),
    ...(clientCertFile !== undefined && { clientCertFile }),
    ...(clientKeyFile !== undefined && { clientKeyFile }),
    ...(validForMs !== undefined && { validForMs }),
  };
}

function expectedOf({ expect }: Given): Expected {
  return typeof expect === 'string' ? {} : expect;
}

type Asked = readonly (readonly [path: readonly string[], value: unknown])[];

/** The options that mean nothing where there is no TLS, and what was written there. */
export function askedOfTls(options: Given): Asked {
  return [
    [['server_name'], options.server_name],
    [['ca_file'], options.ca_file],
    [['trust'], options.trust === 'chain' ? undefined : options.trust],
    [['legacy_tls'], options.legacy_tls || undefined],
    [['client_cert_file'], options.client_cert_file],
    [['client_key_file'], options.client_key_file],
    [['valid_for'], options.valid_for],
    [['expect', 'valid_for'], expectedOf(options).valid_for],
  ];
}

/**
 * Options about certificates where none is looked at, and a certificate without its key.
 * @param without why none is looked at, as in `without TLS there is none`, and what to do; undefined where one is
 */
export function certificateMisfits(
  options: Given,
  without?: { readonly why: string; readonly hint: string },
): readonly Misfit[] {
  if (!without) return [...clientCertificateMisfits(options), ...uncheckedMisfits(options)];
  return misfitsOf(askedOfTls(options), (key) => `${key} is about a certificate, and ${without.why}`, without.hint);
}

/** Demands on a certificate that is not looked at. */
function uncheckedMisfits(options: Given): readonly Misfit[] {
  if (options.trust !== 'unchecked') return [];
  const { valid_for: validFor, chain } = expectedOf(options);
  const asked: Asked = [
    [['ca_file'], options.ca_file],
    [['valid_for'], options.valid_for],
    [['expect', 'valid_for'], validFor],
    [['expect', 'chain'], chain],
  ];
  return misfitsOf(
    asked,
    (key) => `${key} is about a certificate, and trust: unchecked looks at none`,
    'leave one of them out',
  );
}

export function misfitsOf(asked: Asked, message: (key: string) => string, hint: string): readonly Misfit[] {
  return asked
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({ path, message: message(path.at(-1) ?? ''), hint }));
}

/** What a probe by TLS gives up, for who checks the file. */
export function tlsWarnings(options: Given): readonly string[] {
  const isLegacy = options.legacy_tls || (expectedOf(options).version?.some(isLegacyVersion) ?? false);
  return [
    ...(options.trust === 'unchecked' ? [uncheckedWarning('trust: unchecked')] : []),
    ...(isLegacy
      ? [
          `${options.legacy_tls ? 'legacy_tls: true' : 'expect.version'} takes TLS 1.0 and 1.1 and keys, groups and signatures that can be broken: whoever is in between can read and change what is said`,
        ]
      : []),
  ];
}

/** @param because what it is that was written */
export function uncheckedWarning(because: string): string {
  return `${because} looks at nothing in the certificate, neither name nor dates nor who signed it: any server in between passes`;
}
