import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { z } from 'zod';
import type { Run } from '../../model.ts';
import { dial } from '../../net/dial.ts';
import { secure } from '../../net/secure.ts';
import { secureOptions } from '../certificate-options.ts';
import type { Recorder } from '../recorder.ts';
import type { httpOptions } from './options.ts';
import { type HttpProxy, ofProxy, tunnel } from './proxy.ts';

type Options = z.output<typeof httpOptions>;

/** A fresh connection to where a URL leads, and what is spoken on it. */
export interface Connection extends Disposable {
  readonly socket: Socket;
  readonly isHttp2: boolean;
  /** The proxy at the other end: it must be told the whole URL. Undefined where the target is there, by a tunnel too. */
  readonly proxy: HttpProxy | undefined;
}

/** Dials, through the proxy where there is one, and does the TLS handshake. Throws a `Failure`. The caller disposes it. */
export async function connectTo(
  url: URL,
  start: URL,
  options: Options,
  run: Run,
  recorder: Recorder,
): Promise<Connection> {
  const { proxy } = options;
  const target = endpoint(url);
  const plain = proxy ? await dialProxy(proxy, options, run, recorder) : await open(target, options, run, recorder);
  let socket: Socket = plain;
  try {
    if (url.protocol !== 'https:') return connection(plain, false, proxy);
    if (proxy) await tunnel(plain, proxy, target, run, recorder);
    // Name and certificate are for the host that they were given for, never for where it redirects.
    const own = url.host === start.host ? options : { ...options, ...strangers };
    const secured = { ...secureOptions(target.host, own), alpn: options.http2 ? both : onlyOld };
    const wrapped: TLSSocket = await recorder.time('tls', () => secure(plain, secured, run, recorder));
    socket = wrapped;
    return connection(wrapped, wrapped.alpnProtocol === 'h2', undefined);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

export function endpoint(url: URL): { readonly host: string; readonly port: number } {
  // An IPv6 address stands in brackets in a URL and without them everywhere else.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

function connection(socket: Socket, isHttp2: boolean, proxy: HttpProxy | undefined): Connection {
  return { socket, isHttp2, proxy, [Symbol.dispose]: () => void socket.destroy() };
}

const onlyOld = ['http/1.1'] as const;
const both = ['h2', 'http/1.1'] as const;
const strangers = { server_name: undefined, client_cert_file: undefined, client_key_file: undefined };

function open(to: ReturnType<typeof endpoint>, { ip }: Options, run: Run, recorder: Recorder): Promise<Socket> {
  return dial(to, ip, 'an HTTP answer', run, recorder).then(({ socket }) => socket);
}

async function dialProxy(proxy: HttpProxy, options: Options, run: Run, recorder: Recorder): Promise<Socket> {
  try {
    return await open(proxy, options, run, recorder);
  } catch (error) {
    throw ofProxy(error);
  }
}
