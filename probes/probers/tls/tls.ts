import type { Socket } from 'node:net';
import { dial } from '../../net/dial.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { secure } from '../../net/secure.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { tlsOptions, tlsValue } from './options.ts';

export const tls = {
  kind: 'tls' as const,
  describe: 'Does a TLS handshake and judges the certificate: dates, name, trust.',
  value: tlsValue,
  options: tlsOptions,
  metrics: [
    'probe_ip_protocol',
    'probe_dns_lookup_time_seconds',
    'probe_ssl_earliest_cert_expiry',
    'probe_tls_version_info',
  ],
  target: ({ host, port }) => formatHostPort(host, port),
  endpoints: (value) => [value],
  async probe(value, options, run) {
    const recorder = new Recorder();
    let socket: Socket | undefined;
    try {
      const dialled = await dial(value, options.ip, 'a TLS server', run, recorder);
      socket = dialled.socket;
      recorder.sample('probe_ip_protocol', dialled.address.family);
      const resolveMs = recorder.phases.get('resolve');
      if (resolveMs !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
      const secured = await secure(
        socket,
        {
          name: options.server_name ?? value.host,
          trust: options.trust,
          ...(options.ca_file === undefined ? {} : { caFile: options.ca_file }),
          ...(options.expect.valid_for === undefined ? {} : { validForMs: options.expect.valid_for }),
        },
        run,
        recorder,
      );
      recorder.sample('probe_tls_version_info', 1, { version: secured.getProtocol() ?? 'unknown' });
      secured.destroy();
      return recorder.pass();
    } catch (error) {
      return recorder.failed(error);
    } finally {
      socket?.destroy();
    }
  },
} satisfies Prober<typeof tlsValue, typeof tlsOptions>;
