import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Identity } from '../../testing/certificates.ts';
import type { Peer } from '../subject-for-test.ts';

export interface SmtpPeer extends Peer {
  /** Commands that came in, as they were. */
  readonly commands: readonly string[];
}

/** Replies by the first word of a command; `banner` comes first of all. An empty one: it hangs there. */
const replies: Readonly<Record<string, string>> = {
  banner: '220 mail.example.org ESMTP Postfix\r\n',
  EHLO: '250-mail.example.org\r\n250-SIZE 10240000\r\n250 STARTTLS\r\n',
  STARTTLS: '220 2.0.0 Ready to start TLS\r\n',
  QUIT: '221 2.0.0 Bye\r\n',
};

/** A peer on loopback that says what it is told to. What real servers do is tried with real servers. */
export async function startSmtpPeer(
  options: { readonly tls?: Identity; readonly say?: Readonly<Record<string, string>> } = {},
): Promise<SmtpPeer> {
  const say: Readonly<Record<string, string>> = { ...replies, ...options.say };
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    raw.write(say.banner ?? '', 'latin1');
    serve(raw);
  });
  const serve = (socket: Socket) => {
    socket.on('data', (chunk: Buffer) => {
      for (const command of chunk.toString().split('\r\n').slice(0, -1)) {
        commands.push(command);
        const [word = ''] = command.split(/[ :]/, 1);
        socket.write(say[word] ?? '250 2.0.0 Ok\r\n', 'latin1');
        if (word !== 'STARTTLS' || !options.tls) continue;
        socket.removeAllListeners('data');
        const secureContext = createSecureContext(options.tls);
        serve(new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {}));
      }
    });
  };
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
