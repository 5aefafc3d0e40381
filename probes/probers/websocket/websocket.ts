import type { Socket } from 'node:net';
import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { redactUrl } from '../../../stack/secret.ts';
import type { Run } from '../../model.ts';
import { dial } from '../../net/dial.ts';
import { Failure } from '../../net/failure.ts';
import type { HostPort } from '../../net/host-port.ts';
import { secureWith } from '../../net/secure.ts';
import { askedOfTls, certificateMisfits, misfitsOf, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { credential, type Given, masksFor, message, named } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { Conversation } from './conversation.ts';
import { websocketOptions, websocketValue } from './options.ts';

type Options = z.output<typeof websocketOptions>;

export const websocket = {
  kind: 'websocket' as const,
  describe: 'Opens a WebSocket, sends a message and waits for one where asked to, and closes it.',
  value: websocketValue,
  options: websocketOptions,
  metrics: [
    'probe_ip_protocol',
    'probe_dns_lookup_time_seconds',
    'probe_websocket_duration_seconds',
    'probe_websocket_connection_upgraded',
    'probe_websocket_status_code',
    'probe_ssl_earliest_cert_expiry',
    'probe_tls_version_info',
  ],
  target: (url) => redactUrl(url.href),
  endpoints: (url) => [endpoint(url)],
  misfits,
  warnings: (_url, options) => tlsWarnings(options),
  variants: (url, options) =>
    url.protocol === 'wss:' && options.trust === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : [],
  async probe(url, options, run) {
    const recorder = new Recorder(masksFor(givenOf(url, options), run, options));
    try {
      await converse(url, options, run, recorder);
      return withPhases(recorder).pass();
    } catch (error) {
      return withPhases(recorder).failed(error);
    }
  },
} satisfies Prober<typeof websocketValue, typeof websocketOptions>;

async function converse(url: URL, options: Options, run: Run, recorder: Recorder): Promise<void> {
  let socket: Socket | undefined;
  let conversation: Conversation | undefined;
  try {
    const dialled = await dial(endpoint(url), options.ip, 'a WebSocket', run, recorder);
    socket = dialled.socket;
    recorder.sample('probe_ip_protocol', dialled.address.family);
    if (url.protocol === 'wss:') socket = await secured(dialled.socket, url, options, run, recorder);
    recorder.step(`> GET ${url.pathname}${url.search ? '?[redacted]' : ''}, upgrade to a WebSocket`);
    const headers = {
      'user-agent': 'watchpost',
      ...(run.traceparent !== undefined && { traceparent: run.traceparent }),
      ...revealed(options),
      ...authorization(url),
    };
    const opening = {
      url: bare(url),
      headers,
      protocols: options.protocols ?? [],
      messageLimit: options.message_limit,
    };
    const opened = new Conversation(socket, opening, run, recorder);
    conversation = opened;
    const protocol = await upgrade(opened, recorder);
    recorder.step(`< status 101${protocol ? `, subprotocol ${protocol}` : ''}`);
    if (protocol) recorder.trait('subprotocol', protocol);
    if (options.send !== undefined) {
      recorder.step('> a message');
      opened.send(options.send.reveal());
    }
    await expectMessage(opened, options, recorder);
    await (options.expect.message === undefined ? opened.closed() : opened.closedAfterMessage());
  } finally {
    conversation?.end();
    socket?.destroy();
  }
}

async function secured(socket: Socket, url: URL, options: Options, run: Run, recorder: Recorder): Promise<Socket> {
  const demand = { ...secureOptions(endpoint(url).host, options), alpn: ['http/1.1'] };
  const { socket: tls, version } = await recorder.time('tls', () => secureWith(socket, demand, run, recorder));
  recorder.sample('probe_tls_version_info', 1, { version });
  return tls;
}

async function expectMessage(conversation: Conversation, { expect }: Options, recorder: Recorder): Promise<void> {
  const { message, within } = expect;
  if (message !== undefined) {
    const left = within === undefined ? undefined : Math.max(0, within - recorder.elapsedMs());
    const found = await recorder.time('transfer', () => conversation.message(message, left));
    recorder.step(`< a message of ${Buffer.byteLength(found)} bytes with ${message.written}`);
  }
  const tookMs = recorder.elapsedMs();
  if (within === undefined || tookMs <= within) return;
  const what = message === undefined ? 'an open WebSocket' : 'the message';
  throw new Failure('slow', `${what} after ${sayDuration(tookMs)}`, `${what} within ${sayDuration(within)}`);
}

/** The subprotocol that the server chose. */
async function upgrade(conversation: Conversation, recorder: Recorder): Promise<string> {
  let isUpgraded = false;
  try {
    const protocol = await recorder.time('processing', () => conversation.opened());
    isUpgraded = true;
    return protocol;
  } finally {
    recorder.sample('probe_websocket_connection_upgraded', isUpgraded ? 1 : 0);
    const { status } = conversation;
    if (status !== undefined) recorder.sample('probe_websocket_status_code', status);
  }
}

function withPhases(recorder: Recorder): Recorder {
  const resolveMs = recorder.phases.get('resolve');
  if (resolveMs !== undefined) recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
  for (const [phase, ms] of recorder.phases) {
    const name = phase === 'processing' ? 'upgrade' : phase === 'transfer' ? 'message' : phase;
    recorder.sample('probe_websocket_duration_seconds', ms / 1_000, { phase: name });
  }
  return recorder;
}

function givenOf(url: URL, options: Options): readonly Given[] {
  const headers = Object.entries(options.headers).map(([name, value]) => named(name, value.reveal()));
  return [
    ...headers,
    // `Bearer …`: the token alone as well.
    ...headers.map(({ text, as }) => ({ text: text.slice(text.indexOf(' ') + 1), as })),
    ...[...url.searchParams].map(([name, value]) => named(name, value)),
    credential(url.password),
    credential(decodeURIComponent(url.password)),
    credential((authorization(url).authorization ?? '').replace('Basic ', '')),
    message(options.send?.reveal()),
  ];
}

function revealed({ headers }: Options): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]));
}

function authorization(url: URL): { readonly authorization?: string } {
  if (!url.username && !url.password) return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Without user and password, which the library would send in its own way. */
function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

function endpoint(url: URL): HostPort {
  // An IPv6 address stands in brackets in a URL and without them everywhere else.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port) || (url.protocol === 'wss:' ? 443 : 80) };
}

function misfits(url: URL, options: Options): readonly Misfit[] {
  if (url.protocol === 'wss:') return certificateMisfits(options);
  return misfitsOf(
    askedOfTls(options),
    (key) => `${key} is about TLS, and a ws:// URL has none`,
    'write wss://, or leave it out',
  );
}
