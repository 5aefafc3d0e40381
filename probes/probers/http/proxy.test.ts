import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, type Identity } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';

const dayMs = 86_400_000;

describe('http through a proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-proxy-'));
  const ca_file = join(folder, 'ca.pem');
  let tls: Identity;
  beforeAll(async () => {
    const authority = await createAuthority('test', Date.now());
    writeFileSync(ca_file, authority.ca);
    const [notBefore, notAfter] = [Date.now() - dayMs, Date.now() + 90 * dayMs];
    tls = await authority.issue({ names: ['shop.test'], notBefore, notAfter });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('asks it for the whole URL, says who asks, and resolves no name of the target', async () => {
    await using target = await startFaultServer();
    await using proxy = await startProxy(() => target.port);
    const url = `http://shop.test:${target.port}/ok?a=1`;
    const outcome = await attempt(http, url, { proxy: `http://me:s%C3%A9same@127.0.0.1:${proxy.port}` });
    expect(judgement(outcome)).toBe('pass');
    expect(proxy.asked).toEqual([`GET http://shop.test:${target.port}/ok?a=1`]);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:sésame').toString('base64')}`]);
    expect(target.requests[0]).toContain(`host: shop.test:${target.port}`);
    expect(phasesOf(outcome)).toEqual(['connect', 'processing', 'transfer']);
  });

  test('has it connect to an https target, whose certificate is judged as ever', async () => {
    await using target = await startFaultServer({ tls });
    await using proxy = await startProxy(() => target.port);
    const options = { proxy: `http://127.0.0.1:${proxy.port}`, ca_file };
    const outcome = await attempt(http, `https://shop.test:${target.port}/ok`, options);
    expect(judgement(outcome)).toBe('pass');
    expect(proxy.asked).toEqual([`CONNECT shop.test:${target.port}`]);
    expect(phasesOf(outcome)).toEqual(['connect', 'tls', 'processing', 'transfer']);
    expect(target.requests[0]).not.toContain('proxy');
    expect(await attempt(http, `https://blog.test:${target.port}/ok`, options)).toMatchObject({
      reason: 'certificate_name',
    });
  });

  const faults: readonly {
    readonly name: string;
    readonly answer?: string;
    readonly url: 'http' | 'https';
    readonly is: RegExp;
  }[] = [
    {
      name: 'a refusal',
      answer: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n',
      url: 'https',
      is: /^fail proxy: found status 403 from the proxy 127.0.0.1:\d+, expected a way to shop.test:443 through the proxy$/,
    },
    {
      name: 'a demand for a password',
      answer: 'HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n',
      url: 'http',
      is: /^fail proxy: found status 407 from the proxy 127.0.0.1:\d+, expected a way to shop.test through the proxy$/,
    },
    {
      name: 'no HTTP',
      answer: 'SSH-2.0-x\r\n',
      url: 'https',
      is: /^fail proxy: found an answer that is not HTTP by the proxy/,
    },
    { name: 'silence', url: 'https', is: /^fail proxy: found no answer from the proxy 127.0.0.1:\d+ in 300 ms/ },
    {
      name: 'more than was asked for',
      answer: 'HTTP/1.1 200 OK\r\n\r\nhello',
      url: 'https',
      is: /^fail proxy: found words from the proxy .* that nobody asked for/,
    },
  ];
  test.each(faults)('$name of it is its own, and not the target failing', async ({ answer, url, is }) => {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
      socket.once('data', () => answer && socket.write(answer));
    });
    const port = await listen(server);
    const options = { proxy: `http://me:sesame@127.0.0.1:${port}` };
    const outcome = await attempt(http, `${url}://shop.test/`, options, { timeoutMs: 300 });
    expect(judgement(outcome)).toMatch(is);
    expect(JSON.stringify(outcome)).not.toMatch(/sesame|bWU6c2VzYW1l/);
    await expect.poll(() => open.size).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a closed connection, and a proxy that is not there, are the proxy', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).destroy());
    const proxy = `http://127.0.0.1:${await listen(server)}`;
    const closed = await attempt(http, 'https://shop.test/', { proxy });
    expect(judgement(closed)).toMatch(/^fail proxy: found a connection that was closed by the proxy 127.0.0.1:\d+/);
    await new Promise((resolve) => server.close(resolve));
    const gone = await attempt(http, 'https://shop.test/', { proxy });
    expect(judgement(gone)).toMatch(
      /^fail proxy: found connection refused by 127.0.0.1:\d+, which is the proxy, expected a/,
    );
  });

  test('is tried without it when it fails', () => {
    const value = http.value.parse('http://shop.test/');
    const options = http.options.parse({ proxy: 'http://127.0.0.1:3128' });
    const [variant] = http.variants(value, options);
    expect(variant).toMatchObject({ name: 'without the proxy', options: { proxy: undefined } });
    // It is what is dialled: to try each address of the target would try the proxy each time.
    expect(http.endpoints(value, options)).toEqual([
      { host: '127.0.0.1', port: 3128 },
      { host: 'shop.test', port: 80 },
    ]);
  });

  test('shows no cookie of a redirect, not even where the target echoes it', async () => {
    const server = createHttpServer(({ url, headers }, response) => {
      if (url === '/login') response.writeHead(302, { location: '/home', 'set-cookie': 'session=open-sesame' });
      response.end(`you are ${headers.cookie}`);
    });
    const port = await listen(server);
    const options = { redirects: 1, expect: { body: 'ready' } };
    const outcome = await attempt(http, `http://127.0.0.1:${port}/login`, options);
    expect(outcome.found).toBe('a body that begins "you are session=[redacted]"');
    expect(JSON.stringify(outcome)).not.toContain('sesame');
    await new Promise((resolve) => server.close(resolve));
  });

  test('sends the cookies of a redirect on, to where they belong', async () => {
    const cookies: string[] = [];
    const server = createHttpServer((request, response) => {
      cookies.push(`${request.url} ${request.headers.cookie ?? ''}`.trim());
      const next: Readonly<Record<string, { readonly location: string; readonly set: readonly string[] }>> = {
        '/login': {
          location: '/in/home',
          set: ['session=abc; Path=/in; HttpOnly', 'theme=dark', 'far=x; Domain=other.test'],
        },
        '/in/home': { location: '/out', set: ['theme=; Path=/; Max-Age=0'] },
      };
      const hop = next[request.url ?? ''];
      if (hop) response.writeHead(302, { location: hop.location, 'set-cookie': [...hop.set] });
      response.end('ready');
    });
    const port = await listen(server);
    const options = { redirects: 3, headers: { cookie: 'own=1' } };
    for (let run = 0; run < 2; run++) await attempt(http, `http://127.0.0.1:${port}/login`, options);
    const once = ['/login own=1', '/in/home own=1; session=abc; theme=dark', '/out own=1'];
    expect(cookies).toEqual([...once, ...once]);
    await new Promise((resolve) => server.close(resolve));
  });
});

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function phasesOf({
  samples,
}: {
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>> }[];
}) {
  return samples.flatMap(({ labels }) => labels?.phase ?? []);
}

/** A forward proxy; whatever name it is asked for, it leads to this port of the loopback. */
async function startProxy(port: () => number) {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const note = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`);
    authorizations.push(headers['proxy-authorization']);
  };
  const server = createHttpServer((request, response) => {
    note(request);
    const path = new URL(request.url ?? '').pathname;
    const own = connect(port(), '127.0.0.1', () => {
      own.write(`${request.method} ${path} HTTP/1.1\r\nhost: ${request.headers.host}\r\nconnection: close\r\n\r\n`);
    });
    own.on('error', () => response.destroy()).pipe(response.socket as Socket);
  });
  server.on('connect', (request, socket) => {
    note(request);
    const own = connect(port(), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      own.pipe(socket).pipe(own);
    });
    for (const end of [own, socket]) end.on('error', () => own.destroy());
  });
  const listening = await listen(server);
  return {
    port: listening,
    asked,
    authorizations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
