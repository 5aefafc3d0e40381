import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { z } from 'zod';
import type { Run } from '../../model.ts';
import { addressesOf, type Dialled, dial, dialAddresses } from '../../net/dial.ts';
import { secure } from '../../net/secure.ts';
import { secureOptions } from '../certificate-options.ts';
import type { Recorder } from '../recorder.ts';
import type { httpOptions } from './options.ts';
import { type HttpProxy, ofProxy, tunnel } from './proxy.ts';
import type { AddressGuard } from './redirects.ts';

type Options = z.output<typeof httpOptions>;

/** A fresh connection to where a URL leads, and what is spoken on it. */
export interface Connection extends Disposable {
  readonly socket: Socket;
  readonly isHttp2: boolean;
  /** The proxy at the other end: it must be told the whole URL. Undefined where the target is there, by a tunnel too. */
  readonly proxy: HttpProxy | undefined;
  /** The address of the target that was dialled; undefined where a proxy did it. */
  readonly address: string | undefined;
}

/**
 * Dials, through the proxy where there is one, and does the TLS handshake. Throws a `Failure`. The caller disposes it.
 * @param guard chooses the addresses that a redirect may lead to
 */
export async function connectTo(
  url: URL,
  start: URL,
  options: Options,
  run: Run,
  recorder: Recorder,
  guard?: AddressGuard,
): Promise<Connection> {
  const { proxy } = options;
  const target = endpoint(url);
  if (proxy) guard?.byName();
  const dialled = await (proxy
    ? dialProxy(proxy, options, run, recorder)
    : open(target, options, run, recorder, guard));
  const { socket: plain } = dialled;
  const address = proxy ? undefined : dialled.address.address;
  let socket: Socket = plain;
  try {
    if (url.protocol !== 'https:') return connection(plain, false, proxy, address);
    if (proxy) await tunnel(plain, proxy, target, run, recorder);
    const own = { ...options, ...strangerTo(url, start) };
    const secured = { ...secureOptions(target.host, own), alpn: options.http2 ? both : onlyOld };
    const wrapped: TLSSocket = await recorder.time('tls', () => secure(plain, secured, run, recorder));
    socket = wrapped;
    return connection(wrapped, wrapped.alpnProtocol === 'h2', undefined, address);
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

function connection(
  socket: Socket,
  isHttp2: boolean,
  proxy: HttpProxy | undefined,
  address: string | undefined,
): Connection {
  return { socket, isHttp2, proxy, address, [Symbol.dispose]: () => void socket.destroy() };
}

const onlyOld = ['http/1.1'] as const;
const both = ['h2', 'http/1.1'] as const;
const noCertificate = { client_cert_file: undefined, client_key_file: undefined };
const noName = { server_name: undefined, ...noCertificate };

/** Name and certificate are for the host that they were given for, never for where it redirects. */
function strangerTo(url: URL, start: URL): Partial<Options> {
  if (url.origin === start.origin) return {};
  return url.host === start.host ? noCertificate : noName;
}

async function open(
  to: ReturnType<typeof endpoint>,
  { ip }: Options,
  run: Run,
  recorder: Recorder,
  guard?: AddressGuard,
): Promise<Dialled> {
  const expected = 'an HTTP answer';
  if (!guard) return await dial(to, ip, expected, run, recorder);
  const addresses = guard(await addressesOf(to.host, ip, expected, run, recorder));
  return await dialAddresses(addresses, to, expected, run, recorder);
}

async function dialProxy(proxy: HttpProxy, options: Options, run: Run, recorder: Recorder): Promise<Dialled> {
  try {
    return await open(proxy, options, run, recorder);
  } catch (error) {
    throw ofProxy(error);
  }
}
