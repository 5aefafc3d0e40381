import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A small shop with sessions: what a test breaks, and what it has seen. */
export interface Shop extends AsyncDisposable {
  readonly port: number;
  /** `POST /login`, in the order in which they came. */
  readonly requests: readonly string[];
  /** Sessions that are open. */
  sessions(): number;
  /** Connections that are open. */
  open(): number;
  /** The token that was given out last. */
  token(): string;
}

export interface ShopOptions {
  /** The path that does what it should not. */
  readonly breaks?: string;
  readonly how?: 'status' | 'hang' | 'no token' | 'echo';
  /** What every token has in it. */
  readonly mark?: string;
}

export async function startShop({ breaks, how = 'status', mark = '' }: ShopOptions = {}): Promise<Shop> {
  const requests: string[] = [];
  const sessions = new Set<string>();
  const sockets = new Set<Socket>();
  let token = '';

  const answer = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const path = request.url ?? '';
    requests.push(`${request.method} ${path.split('?')[0]}`);
    const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (path === breaks && how === 'hang') return;
    if (path === breaks && how === 'status') return void json(500, { error: 'the till is stuck' });
    if (path === breaks && how === 'echo') return void json(500, { error: `${request.headers.authorization} ${body}` });
    if (path === '/login') {
      const { password } = JSON.parse(body) as { readonly password?: string };
      if (password !== 'sesame') return void json(401, { error: 'wrong password' });
      token = `${mark}${randomBytes(12).toString('hex')}`;
      sessions.add(token);
      const data = how === 'no token' ? {} : { token, id: 7 };
      return void json(
        200,
        { data },
        { 'set-cookie': `session=${encodeURIComponent(token)}; HttpOnly`, 'x-csrf': 'c-1' },
      );
    }
    const given = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (!sessions.has(given)) return void json(401, { error: 'no session' });
    if (request.headers.cookie !== `session=${encodeURIComponent(given)}`)
      return void json(403, { error: 'no cookie' });
    if (path.startsWith('/orders')) {
      const of = new URL(path, 'http://shop').searchParams.get('of');
      return void json(200, { of, csrf: request.headers['x-csrf'] ?? null });
    }
    if (path === '/logout') {
      const form = JSON.parse(body) as { readonly token?: string };
      if (form.token !== given) return void json(400, { error: 'another token' });
      sessions.delete(given);
      return void response.writeHead(204).end();
    }
    json(404, {});
  };
  const server = createServer((request, response) => {
    response.sendDate = false;
    let body = '';
    request.on('data', (chunk) => (body += chunk)).on('end', () => answer(request, response, body));
  });
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sessions: () => sessions.size,
    open: () => sockets.size,
    token: () => token,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Log in, look at the orders, log out. */
export function steps(port: number) {
  const json = { 'content-type': 'application/json' };
  return [
    {
      name: 'log in',
      http: `http://127.0.0.1:${port}/login`,
      method: 'POST' as const,
      headers: json,
      body: '{"password":"sesame"}',
      save: { token: { json: 'data.token' }, user: { json: 'data.id' }, csrf: { header: 'X-Csrf' } },
    },
    {
      name: 'orders',
      http: `http://127.0.0.1:${port}/orders?of={{user}}`,
      bearer: '{{token}}',
      headers: { 'x-csrf': '{{ csrf }}' },
      expect: { json: { of: '7', csrf: 'c-1' } },
    },
    {
      name: 'log out',
      http: `http://127.0.0.1:${port}/logout`,
      method: 'POST' as const,
      bearer: '{{token}}',
      headers: json,
      body: '{"token":"{{token}}"}',
    },
  ];
}
