import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import type { Identity } from '../testing/certificates.ts';

export interface TestPeer extends AsyncDisposable {
  readonly port: number;
  /** What was received in all, over all connections, in the clear and by TLS. */
  received(): string;
  open(): number;
}

/** What a scripted peer does next. Text is sent; a pattern is waited for; `tls` takes the handshake. */
export type Act = string | RegExp | { readonly tls: Identity } | 'hang' | { readonly drip: string };

/** A peer that follows a script on each connection, and hangs up at its end. */
export async function startScriptedPeer(script: readonly Act[], host = '127.0.0.1', port = 0): Promise<TestPeer> {
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    const hear = (text: string) => {
      received += text;
    };
    // A client that hangs up in the middle is what many tests are about.
    play(raw, script, hear).catch(() => raw.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function play(raw: Socket, script: readonly Act[], hear: (text: string) => void): Promise<void> {
  let socket: Socket = raw;
  for (const act of script) {
    if (act === 'hang') {
      socket.resume();
      await once(socket, 'close');
    } else if (typeof act === 'string') {
      socket.write(act, 'latin1');
    } else if (act instanceof RegExp) {
      await heard(socket, act, hear);
    } else if ('drip' in act) {
      for (const letter of act.drip) {
        socket.write(letter);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } else {
      socket = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(act.tls) });
      socket.on('error', () => {});
    }
  }
  socket.resume().end();
}

async function heard(socket: Socket, pattern: RegExp, hear: (text: string) => void): Promise<void> {
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1');
    hear(chunk.toString('latin1'));
    if (pattern.test(text)) resolve();
  };
  const onClose = () => reject(new Error('closed'));
  socket.on('data', onData).once('close', onClose);
  await promise;
  socket.off('data', onData).off('close', onClose);
}

/** A TLS server that says nothing after the handshake, with all options that Node has. */
export async function startTlsPeer(options: TlsOptions, host = '127.0.0.1', port = 0): Promise<TestPeer> {
  const sockets = new Set<Socket>();
  const server = createTlsServer(options, (socket) => socket.on('error', () => {}).resume());
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received: () => '',
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
