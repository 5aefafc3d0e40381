import type { Socket } from 'node:net';
import { dial } from '../../net/dial.ts';
import { Failure } from '../../net/failure.ts';
import { formatHostPort } from '../../net/host-port.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { tcpOptions, tcpValue } from './options.ts';

/** What shows that a firewall does its work: the connection was refused, dropped, or answered as unreachable. */
const closed: ReadonlySet<Failure['reason']> = new Set(['connect_refused', 'connect_timeout', 'connect_unreachable']);

export const tcp = {
  kind: 'tcp' as const,
  describe: 'Connects to a port: that it accepts, or that it does not.',
  value: tcpValue,
  options: tcpOptions,
  metrics: ['probe_ip_protocol', 'probe_dns_lookup_time_seconds'],
  target: ({ host, port }) => formatHostPort(host, port),
  endpoints: (value) => [value],
  async probe(value, options, run) {
    const recorder = new Recorder();
    const expected = options.expect === 'open' ? 'an open port' : 'a closed port';
    let socket: Socket | undefined;
    try {
      const dialled = await dial(value, options.ip, expected, run, recorder);
      socket = dialled.socket;
      recorder.sample('probe_ip_protocol', dialled.address.family);
      const resolveMs = recorder.phases.get('resolve');
      if (resolveMs !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
      if (options.expect === 'closed') {
        const where = formatHostPort(dialled.address.address, value.port);
        throw new Failure('connect_open', `a connection accepted by ${where}`, expected);
      }
      return recorder.pass();
    } catch (error) {
      if (options.expect === 'closed' && error instanceof Failure && closed.has(error.reason)) return recorder.pass();
      return recorder.failed(error);
    } finally {
      socket?.destroy();
    }
  },
} satisfies Prober<typeof tcpValue, typeof tcpOptions>;
