import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Outcome, Run } from '../../model.ts';
import { addressesOf, dialAddresses } from '../../net/dial.ts';
import { eachAddress } from '../../net/each-address.ts';
import { Failure } from '../../net/failure.ts';
import { formatHostPort, type HostPort } from '../../net/host-port.ts';
import { isOwnAddress } from '../../net/own-address.ts';
import { askedOfTls, certificateMisfits, misfitsOf, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { type Masks, masksFor, message } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { converse, sayBytes } from './dialogue.ts';
import { tcpOptions, tcpValue } from './options.ts';

type Options = z.output<typeof tcpOptions>;

/** What shows that a firewall does its work: the connection was refused, dropped, or answered as unreachable. */
const closed: ReadonlySet<Failure['reason']> = new Set(['connect_refused', 'connect_timeout', 'connect_unreachable']);

export const tcp = {
  kind: 'tcp' as const,
  describe: 'Connects to a port: that it accepts and answers as it should, or that it does not accept.',
  value: tcpValue,
  options: tcpOptions,
  metrics: ['probe_ip_protocol', 'probe_dns_lookup_time_seconds', 'probe_ssl_earliest_cert_expiry'],
  target: ({ host, port }) => formatHostPort(host, port),
  endpoints: (value) => [value],
  misfits: (_, options) => [...misfits(options), ...certificateMisfits(options)],
  warnings: (_, options) => tlsWarnings(options),
  async probe(value, options, run) {
    if (!options.all_addresses) return await connection(value, options, run);
    const recorder = new Recorder(masksFor([], run, options));
    try {
      return await eachAddress(value.host, options.ip, run, recorder, (own) => connection(value, options, own));
    } catch (error) {
      return recorder.failed(error);
    }
  },
} satisfies Prober<typeof tcpValue, typeof tcpOptions>;

async function connection(value: HostPort, options: Options, run: Run): Promise<Outcome> {
  const recorder = new Recorder(redactor(options, run));
  const expected = options.expect === 'open' ? 'an open port' : 'a closed port';
  let socket: Socket | undefined;
  try {
    const addresses = await addressesOf(value.host, options.ip, expected, run, recorder);
    const resolveMs = recorder.phases.get('resolve');
    if (resolveMs !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
    // Said before it is known what comes of it: a pass would otherwise look like a firewall that works.
    const own = options.expect === 'closed' ? addresses.find(({ address }) => isOwnAddress(address)) : undefined;
    if (own) {
      recorder.step(`warning: ${own.address} is an address of this host, where a firewall is not in the way`);
      recorder.trait('firewall', `not in the way: ${own.address} is an address of this host`);
    }
    const dialled = await dialAddresses(addresses, value, expected, run, recorder);
    socket = dialled.socket;
    recorder.sample('probe_ip_protocol', dialled.address.family);
    if (options.expect === 'closed') {
      const where = formatHostPort(dialled.address.address, value.port);
      const hint = own ? ' (of this host, where a firewall is not in the way)' : '';
      throw new Failure('connect_open', `a connection accepted by ${where}${hint}`, expected);
    }
    if (options.dialogue) await converse(socket, options.dialogue, secureOptions(value.host, options), run, recorder);
    return recorder.pass();
  } catch (error) {
    if (options.expect === 'closed' && error instanceof Failure && closed.has(error.reason)) return recorder.pass();
    return recorder.failed(error);
  } finally {
    socket?.destroy();
  }
}

/** Masks what the dialogue sends, should the peer say it back: whole lines, and of `PASS sesame` the second word too. */
function redactor(options: Options, run: Run): Masks {
  const sent = (options.dialogue ?? []).flatMap(({ send, send_hex: hex }) => [
    ...(send ? [Buffer.from(send.reveal())] : []),
    ...(hex ? [Buffer.from(hex.reveal(), 'hex')] : []),
  ]);
  const lines = sent.flatMap((bytes) => bytes.toString('utf8').split(/[\r\n]+/));
  const texts = lines.flatMap((line) => [line.trim(), line.slice(line.indexOf(' ') + 1).trim()]);
  return masksFor([...texts, ...sent.map(sayBytes)].map(message), run, options);
}

/** What is never looked at. */
function misfits(options: Options): readonly Misfit[] {
  if (options.expect === 'closed' && options.dialogue) {
    const message = 'dialogue is for a port that accepts, and this one must not';
    return [{ path: ['dialogue'], message, hint: 'leave it out, or write expect: open' }];
  }
  if (options.dialogue?.some(({ starttls }) => starttls !== undefined)) return [];
  return misfitsOf(
    askedOfTls(options),
    (key) => `${key} is about TLS, which this dialogue does not begin`,
    'add `starttls: true` to the dialogue, or use the protocol tls',
  );
}
