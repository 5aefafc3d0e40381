import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** What a server gives out that nobody else may know either: a token, a session, a cookie. */
export interface Given {
  readonly token: string;
  readonly session: string;
  readonly cookie: string;
}

/**
 * The worst peer for a secret: whatever it is sent it sends back, in status line, headers and body, as text, or as it is where it is no
 * HTTP. `/ok` is a pass, `/token` gives a token, `/redirect` leads to another path with a session in it; all else is a status 500.
 */
export async function startEcho(given: Given) {
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      seen.push(chunk.toString('latin1'));
      text += chunk.toString('latin1');
      if (!/^[A-Z]+ \S+ HTTP\/1/.test(text)) socket.write(chunk);
      else if (/\r\n\r\n/.test(text)) answer(socket, text, given);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    /** All that it was sent. */
    seen: () => seen.join('\n'),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function answer(socket: Socket, request: string, { token, session, cookie }: Given): void {
  const path = /^\S+ (\S+)/.exec(request)?.[1] ?? '/';
  const said = request.replaceAll(/\s+/g, ' ').slice(0, 2_000);
  const head = [
    `x-echo: ${said}`,
    `x-token: ${token}`,
    `set-cookie: session=${cookie}; Path=/`,
    `location: /ok?session=${session}`,
  ];
  const status = path.includes('/redirect') ? 302 : path.includes('/ok') || path.includes('/token') ? 200 : 500;
  const body = path.includes('/token')
    ? JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3_600 })
    : JSON.stringify({ said, token });
  const lines = [`HTTP/1.1 ${status} ${status === 500 ? said.slice(0, 200) : 'OK'}`, ...head];
  socket.end(`${lines.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
