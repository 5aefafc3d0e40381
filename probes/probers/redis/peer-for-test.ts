import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Identity } from '../../testing/certificates.ts';
import type { Peer } from '../subject-for-test.ts';

export interface RedisPeer extends Peer {
  /** Commands that came in: `AUTH monitor sesame`. */
  readonly commands: readonly string[];
}

/**
 * A peer on loopback that answers each command by its first word, and goes wrong where it is told to. What the real server does
 * is tried with the real server.
 * @param options.say what to send instead of `+OK`, on the wire; empty to hang. `accept`: before any command.
 */
export async function startRedisPeer(
  options: { readonly tls?: Identity; readonly say?: Readonly<Record<string, string>> } = {},
): Promise<RedisPeer> {
  const say: Readonly<Record<string, string>> = { PING: '+PONG\r\n', ...options.say };
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    const socket = options.tls
      ? new TLSSocket(raw, { isServer: true, secureContext: createSecureContext(options.tls) }).on('error', () => {})
      : raw;
    if (say.accept !== undefined) socket.write(say.accept);
    socket.on('data', (chunk: Buffer) => {
      // Every other line is a length.
      const words = chunk
        .toString('utf8')
        .split('\r\n')
        .slice(2)
        .filter((_, i) => i % 2 === 0);
      commands.push(words.join(' '));
      socket.write(say[words[0] ?? ''] ?? '+OK\r\n', 'latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
