import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Run } from '../../model.ts';
import { addressesOf, dial } from '../../net/dial.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { secure } from '../../net/secure.ts';
import { certificateMisfits, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { masksFor } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { type Asked, askByStream, askByUdp, expected } from './exchange.ts';
import { expectAnswer, shown } from './expect.ts';
import type { Answer } from './message.ts';
import { dnsOptions, dnsValue, formatNameServer, type NameServer } from './options.ts';

type Options = z.output<typeof dnsOptions>;

export const dns = {
  kind: 'dns' as const,
  describe: 'Asks a name server one question and judges the answer.',
  value: dnsValue,
  options: dnsOptions,
  metrics: [
    'probe_ip_protocol',
    'probe_dns_lookup_time_seconds',
    'probe_dns_duration_seconds',
    'probe_dns_query_succeeded',
    'probe_dns_answer_rrs',
    'probe_dns_authority_rrs',
    'probe_dns_additional_rrs',
    'probe_dns_serial',
    'probe_ssl_earliest_cert_expiry',
    'probe_tls_version_info',
  ],
  target: formatNameServer,
  endpoints: ({ host, port }) => [{ host, port: port ?? 53 }],
  misfits,
  warnings: (_, options) => tlsWarnings(options),
  variants: (_value, options) =>
    options.transport === 'tls' && options.trust === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : [],
  async probe(value, options, run) {
    const recorder = new Recorder(masksFor([], run, options));
    const { name, type, class: klass, recursion } = options;
    const asked: Asked = { id: randomInt(65_536), question: { name, type, class: klass, recursion } };
    let answer: Answer | undefined;
    try {
      answer = await ask(asked, value, options, run, recorder);
      report(answer, recorder);
      expectAnswer(answer, options.expect, recorder.elapsedMs());
      return withMeasures(recorder, answer).pass();
    } catch (error) {
      return withMeasures(recorder, answer).failed(error);
    }
  },
} satisfies Prober<typeof dnsValue, typeof dnsOptions>;

async function ask(asked: Asked, server: NameServer, options: Options, run: Run, recorder: Recorder): Promise<Answer> {
  const port = server.port ?? (options.transport === 'tls' ? 853 : 53);
  if (options.transport !== 'udp') return askOnConnection(asked, { host: server.host, port }, options, run, recorder);
  const addresses = await addressesOf(server.host, options.ip, expected, run, recorder);
  const asking = recorder.time('processing', () => askByUdp(asked, addresses, port, run, recorder));
  const { reading, address } = await asking.catch((error: unknown) => {
    // It may live elsewhere by now: the check that follows a fail asks again.
    run.resolve.forget?.(server.host);
    throw error;
  });
  if (reading !== 'truncated') {
    recorder.sample('probe_ip_protocol', address.family);
    return reading;
  }
  recorder.step('the answer was cut short: asking again by TCP');
  const again = { ...options, transport: 'tcp' as const };
  return askOnConnection(asked, { host: address.address, port }, again, run, recorder);
}

async function askOnConnection(
  asked: Asked,
  target: { readonly host: string; readonly port: number },
  options: Options,
  run: Run,
  recorder: Recorder,
): Promise<Answer> {
  let socket: Socket | undefined;
  try {
    const dialled = await dial(target, options.ip, expected, run, recorder);
    socket = dialled.socket;
    recorder.sample('probe_ip_protocol', dialled.address.family);
    const where = formatHostPort(dialled.address.address, target.port);
    if (options.transport === 'tls') {
      const secured = {
        ...secureOptions(target.host, options),
        // RFC 7858 asks for none; servers that share a port with HTTPS choose by it.
        alpn: ['dot'],
      };
      const tls = await recorder.time('tls', () => secure(dialled.socket, secured, run, recorder));
      recorder.sample('probe_tls_version_info', 1, { version: tls.getProtocol() ?? 'unknown' });
      socket = tls;
    }
    const open = socket;
    const by = options.transport === 'tls' ? 'TLS' : 'TCP';
    return await recorder.time('processing', () => askByStream(asked, open, by, where, run, recorder));
  } finally {
    socket?.destroy();
  }
}

function report({ rcode, authoritative, answers, authority, additional }: Answer, recorder: Recorder): void {
  const counts = `${answers.length} answer, ${authority.length} authority, ${additional.length} additional`;
  recorder.step(`< ${rcode}${authoritative ? ', authoritative' : ''}: ${counts}`);
  for (const record of answers.slice(0, 20)) recorder.step(`  ${record.line}`);
  // Servers turn the records round, so their order tells nothing.
  recorder.trait('records', [rcode, ...answers.map(shown).sort()].join(', '));
}

/** The phases as blackbox_exporter has them: a TLS handshake is part of `connect`. */
function withMeasures(recorder: Recorder, answer: Answer | undefined): Recorder {
  const { phases } = recorder;
  const seconds = (...names: readonly Parameters<typeof phases.get>[0][]) => {
    const times = names.flatMap((name) => phases.get(name) ?? []);
    return times.length === 0 ? undefined : times.reduce((sum, ms) => sum + ms, 0) / 1_000;
  };
  const resolve = seconds('resolve');
  if (resolve !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolve);
  const byPhase = { resolve, connect: seconds('connect', 'tls'), request: seconds('processing') };
  for (const [phase, value] of Object.entries(byPhase)) {
    if (value !== undefined) recorder.sample('probe_dns_duration_seconds', value, { phase });
  }
  recorder.sample('probe_dns_query_succeeded', answer ? 1 : 0);
  if (answer) {
    recorder.sample('probe_dns_answer_rrs', answer.answers.length);
    recorder.sample('probe_dns_authority_rrs', answer.authority.length);
    recorder.sample('probe_dns_additional_rrs', answer.additional.length);
    const serial = answer.answers.find((record) => record.serial !== undefined)?.serial;
    if (serial !== undefined) recorder.sample('probe_dns_serial', serial);
  }
  return recorder;
}

function misfits(_server: NameServer, options: Options): readonly Misfit[] {
  const without = {
    why: `transport: ${options.transport} has none`,
    hint: 'write transport: tls, or leave it out',
  };
  const found = [...certificateMisfits(options, options.transport === 'tls' ? undefined : without)];
  for (const key of ['serial', 'serial_at_least'] as const) {
    if (options.expect[key] === undefined || ['SOA', 'ANY', 6].includes(options.type)) continue;
    const message = `${key} is about a SOA record, and the question is for ${options.type}`;
    found.push({ path: ['expect', key], message, hint: 'write type: SOA, or leave it out' });
  }
  return found;
}
