import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Outcome, Run } from '../../model.ts';
import { dial } from '../../net/dial.ts';
import { eachAddress } from '../../net/each-address.ts';
import { endTls } from '../../net/end-tls.ts';
import { formatHostPort, type HostPort } from '../../net/host-port.ts';
import { acceptedByServer, type SecureOptions, secureWith } from '../../net/secure.ts';
import { startTls } from '../../net/start-tls.ts';
import { certificateMisfits, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { masksFor } from '../mask.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { tlsOptions, tlsValue } from './options.ts';

type Options = z.output<typeof tlsOptions>;

export const tls = {
  kind: 'tls' as const,
  describe:
    'Does a TLS handshake and judges the certificate: dates, name, trust; and the version and cipher agreed on.',
  value: tlsValue,
  options: tlsOptions,
  metrics: [
    'probe_ip_protocol',
    'probe_dns_lookup_time_seconds',
    'probe_ssl_earliest_cert_expiry',
    'probe_ssl_last_chain_expiry_timestamp_seconds',
    'probe_tls_version_info',
    'probe_tls_cipher_info',
  ],
  target: ({ host, port }) => formatHostPort(host, port),
  endpoints: (value) => [value],
  misfits: (_, options) => certificateMisfits(options),
  warnings: (_, options) => tlsWarnings(options),
  variants: (_, options) =>
    options.trust !== 'chain'
      ? []
      : [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }],
  async probe(value, options, run) {
    if (!options.all_addresses) return await handshake(value, options, run);
    const recorder = new Recorder(masksFor([], run, options));
    try {
      return await eachAddress(value.host, options.ip, run, recorder, (own) => handshake(value, options, own));
    } catch (error) {
      return recorder.failed(error);
    }
  },
} satisfies Prober<typeof tlsValue, typeof tlsOptions>;

async function handshake(value: HostPort, options: Options, run: Run): Promise<Outcome> {
  const recorder = new Recorder(masksFor([], run, options));
  let socket: Socket | undefined;
  try {
    const dialled = await dial(value, options.ip, 'a TLS server', run, recorder);
    socket = dialled.socket;
    recorder.sample('probe_ip_protocol', dialled.address.family);
    const resolveMs = recorder.phases.get('resolve');
    if (resolveMs !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
    const name = options.server_name ?? value.host;
    if (options.starttls !== undefined) await startTls(socket, options.starttls, name, run, recorder);
    const secured = await secureWith(socket, demands(value.host, options), run, recorder);
    if (secured.isVerified) {
      recorder.sample('probe_ssl_last_chain_expiry_timestamp_seconds', secured.expiry / 1_000);
    }
    recorder.sample('probe_tls_version_info', 1, { version: secured.version });
    recorder.sample('probe_tls_cipher_info', 1, { cipher: secured.cipher });
    if (options.client_cert_file !== undefined) {
      await acceptedByServer(secured.socket, 'a server that takes our certificate', run);
    }
    await endTls(secured.socket, run);
    return recorder.pass();
  } catch (error) {
    return recorder.failed(error);
  } finally {
    socket?.destroy();
  }
}

function demands(host: string, options: Options): SecureOptions {
  const { expect } = options;
  return {
    ...secureOptions(host, options),
    ...(expect.version !== undefined && { versions: expect.version }),
    ...(expect.cipher !== undefined && { ciphers: expect.cipher }),
    ...(expect.chain !== undefined && { completeChain: true }),
  };
}
