import type { Socket } from 'node:net';
import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import type { Run } from '../../model.ts';
import { dial } from '../../net/dial.ts';
import { Failure } from '../../net/failure.ts';
import { formatHostPort, type HostPort } from '../../net/host-port.ts';
import { secureWith } from '../../net/secure.ts';
import { askedOfTls, certificateMisfits, misfitsOf, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { masksFor, named } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { type Answered, callUnary } from './call.ts';
import { decodeCheck, encodeCheck, grpcCodes, healthPath, servingStatuses } from './health.ts';
import { grpcOptions, grpcValue } from './options.ts';

type Options = z.output<typeof grpcOptions>;

export const grpc = {
  kind: 'grpc' as const,
  describe: 'Asks a gRPC server by the health protocol whether a service serves.',
  value: grpcValue,
  options: grpcOptions,
  metrics: [
    'probe_ip_protocol',
    'probe_dns_lookup_time_seconds',
    'probe_grpc_duration_seconds',
    'probe_grpc_ssl',
    'probe_grpc_status_code',
    'probe_grpc_healthcheck_response',
    'probe_ssl_earliest_cert_expiry',
    'probe_tls_version_info',
  ],
  target: ({ host, port }) => formatHostPort(host, port),
  endpoints: (value) => [value],
  misfits,
  warnings: (_value, options) => (options.tls ? tlsWarnings(options) : []),
  variants: (_value, options) =>
    options.tls && options.trust === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : [],
  async probe(value, options, run) {
    const given = Object.entries(options.metadata).map(([name, secret]) => named(name, secret.reveal()));
    // `Bearer …`: the token alone as well.
    const tokens = given.map(({ text, as }) => ({ text: text.slice(text.indexOf(' ') + 1), as }));
    const recorder = new Recorder(masksFor([...given, ...tokens], run, options));
    try {
      const { serving, words } = await check(value, options, run, recorder);
      const { expect } = options;
      if (serving !== expect.status) throw new Failure('not_serving', words, expect.status);
      if (expect.within !== undefined && recorder.elapsedMs() > expect.within) {
        const found = `an answer after ${sayDuration(recorder.elapsedMs())}`;
        throw new Failure('slow', found, `an answer within ${sayDuration(expect.within)}`);
      }
      return withPhases(recorder).pass();
    } catch (error) {
      return withPhases(recorder).failed(error);
    }
  },
} satisfies Prober<typeof grpcValue, typeof grpcOptions>;

const expected = 'an answer of the health service';

interface Checked {
  readonly serving: string;
  /** The same as a message shows it. */
  readonly words: string;
}

/** What the service says of itself. */
async function check(value: HostPort, options: Options, run: Run, recorder: Recorder): Promise<Checked> {
  let socket: Socket | undefined;
  try {
    const dialled = await dial(value, options.ip, expected, run, recorder);
    socket = dialled.socket;
    recorder.sample('probe_ip_protocol', dialled.address.family);
    if (options.tls) socket = await secured(dialled.socket, value, options, run, recorder);
    recorder.sample('probe_grpc_ssl', options.tls ? 1 : 0);
    const open = socket;
    recorder.step(`> ${healthPath} ${options.service === '' ? 'of the server' : `of ${options.service}`}`);
    const metadata = Object.entries(options.metadata).map(([name, secret]) => [name.toLowerCase(), secret.reveal()]);
    const call = {
      path: healthPath,
      authority: formatHostPort(options.server_name ?? value.host, value.port),
      isSecure: options.tls,
      metadata: {
        ...(run.traceparent !== undefined && { traceparent: run.traceparent }),
        ...Object.fromEntries(metadata),
      },
      message: encodeCheck(options.service),
      timeoutMs: run.timeoutMs - recorder.elapsedMs(),
      where: formatHostPort(dialled.address.address, value.port),
      expected,
    };
    return judged(await recorder.time('processing', () => callUnary(open, call, run)), recorder);
  } finally {
    socket?.destroy();
  }
}

async function secured(
  socket: Socket,
  value: HostPort,
  options: Options,
  run: Run,
  recorder: Recorder,
): Promise<Socket> {
  const demand = { ...secureOptions(value.host, options), alpn: ['h2'] };
  const { socket: tls, version } = await recorder.time('tls', () => secureWith(socket, demand, run, recorder));
  recorder.sample('probe_tls_version_info', 1, { version });
  return tls;
}

/** The serving status; throws where there is none. */
function judged(answer: Answered, recorder: Recorder): Checked {
  if (answer.httpStatus !== 200) throw new Failure('status', `HTTP status ${answer.httpStatus}`, expected);
  if (!/^application\/grpc\b/i.test(answer.contentType)) {
    throw new Failure('protocol', `content of the type ${answer.contentType || 'that is not said'}`, expected);
  }
  const code = /^\d{1,3}$/.test(answer.status ?? '') ? Number(answer.status) : undefined;
  if (code === undefined) {
    const found = answer.status === undefined ? 'an answer without grpc-status' : `grpc-status ${answer.status}`;
    throw new Failure('protocol', found, expected);
  }
  recorder.sample('probe_grpc_status_code', code);
  const name = grpcCodes[code] ?? `code ${code}`;
  const words = code !== 0 && answer.message ? `${name}: ${answer.message}` : name;
  recorder.step(`< ${words}`);
  // The health protocol: a server that does not know the service ends `Check` with NOT_FOUND; only `Watch` has a status for it.
  if (name === 'NOT_FOUND') return said('SERVICE_UNKNOWN', `SERVICE_UNKNOWN (${words})`, recorder);
  if (code !== 0) throw new Failure('status', words, 'OK');
  let serving: string;
  try {
    serving = decodeCheck(answer.body);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('protocol', `an answer that cannot be read: ${why}`, expected, { cause: error });
  }
  recorder.step(`< ${serving}`);
  return said(serving, serving, recorder);
}

function said(serving: string, words: string, recorder: Recorder): Checked {
  recorder.trait('status', serving);
  for (const status of servingStatuses) {
    recorder.sample('probe_grpc_healthcheck_response', status === serving ? 1 : 0, { serving_status: status });
  }
  return { serving, words };
}

function withPhases(recorder: Recorder): Recorder {
  const resolveMs = recorder.phases.get('resolve');
  if (resolveMs !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
  for (const [phase, ms] of recorder.phases) {
    recorder.sample('probe_grpc_duration_seconds', ms / 1_000, { phase: phase === 'processing' ? 'check' : phase });
  }
  return recorder;
}

function misfits(_value: HostPort, options: Options): readonly Misfit[] {
  if (options.tls) return certificateMisfits(options);
  return misfitsOf(
    askedOfTls(options),
    (key) => `${key} is about TLS, which is off`,
    'write tls: true, or leave it out',
  );
}
