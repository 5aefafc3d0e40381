import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Gauge, Registry } from 'prom-client';
import { createAuthority } from './certificates.ts';
import { demoPage } from './demo-page.ts';

/** How the demo app can be made to behave. */
export const demoModes = {
  none: 'answers as it should',
  down: 'health endpoints answer 503',
  slow: 'health endpoints take three seconds',
  'wrong-body': 'the ready endpoint says it is starting',
  'bad-certificate': 'the certificate on the TLS port has expired',
} as const;
export type DemoMode = keyof typeof demoModes;

export interface Demo extends AsyncDisposable {
  readonly port: number;
  readonly tlsPort: number;
}

const dayMs = 86_400_000;

/**
 * An app to be watched: `/health/live`, `/health/ready`, `/health/metrics`, the same over TLS, a page with buttons, and
 * `POST /misbehave` with `{"mode":"down"}`. Rejects when a port is taken (`EADDRINUSE`).
 * @param options.port,options.tlsPort 0 for any
 */
export async function startDemo(options: {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  /** Takes what the app logs: every change of its behaviour, every answer that is an error. */
  readonly write?: (line: string) => void;
}): Promise<Demo> {
  const now = Date.now();
  const authority = await createAuthority('Watchpost demo', now);
  const names = ['demo', 'localhost', '127.0.0.1'];
  const good = await authority.issue({ names, notBefore: now - dayMs, notAfter: now + 397 * dayMs });
  const expired = await authority.issue({ names, notBefore: now - 30 * dayMs, notAfter: now - dayMs });
  const app = new DemoApp(options.write ?? (() => {}));
  const plain = createServer((request, response) => app.handle(request, response));
  const secure = createTlsServer(good, (request, response) => app.handle(request, response));
  app.onMode = (mode) => secure.setSecureContext(mode === 'bad-certificate' ? expired : good);
  await listen(plain, options.host, options.port);
  try {
    await listen(secure, options.host, options.tlsPort);
  } catch (error) {
    plain.close();
    throw error;
  }
  return {
    port: (plain.address() as AddressInfo).port,
    tlsPort: (secure.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      app.stop();
      await Promise.all(
        [plain, secure].map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

class DemoApp {
  onMode: (mode: DemoMode) => void = () => {};
  readonly #stopped = new AbortController();
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'demo_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['route', 'code'],
    registers: [this.#registry],
  });
  readonly #write: (line: string) => void;
  #mode: DemoMode = 'none';

  constructor(write: (line: string) => void) {
    this.#write = write;
    const registers = [this.#registry];
    new Gauge({
      name: 'process_start_time_seconds',
      help: 'When the app started, in Unix time.',
      registers,
    }).setToCurrentTime();
    const gauge: Gauge<'mode'> = new Gauge({
      name: 'demo_mode',
      help: '1 for the way in which the app behaves now.',
      labelNames: ['mode'],
      registers,
      collect: () => {
        for (const mode of Object.keys(demoModes)) gauge.set({ mode }, mode === this.#mode ? 1 : 0);
      },
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    this.#answer(request, path)
      .catch(() => ({ status: 500, type: 'text/plain', body: 'the demo app failed\n' }))
      .then(({ status, type, body }) => {
        this.#count(path, status);
        if (status >= 400) this.#write(`${request.method} ${path} answered with ${status}`);
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : body);
      })
      .catch(() => response.destroy());
  }

  async #answer(request: IncomingMessage, path: string): Promise<Answer> {
    const health = path === '/health/live' || path === '/health/ready';
    if (health && this.#mode === 'slow') await delay(3_000, undefined, { signal: this.#stopped.signal });
    if (health && this.#mode === 'down') return json(503, { status: 'down' });
    if (path === '/health/live') return json(200, { status: 'alive' });
    if (path === '/health/ready') return json(200, { status: this.#mode === 'wrong-body' ? 'starting' : 'ready' });
    if (path === '/health/metrics') {
      return { status: 200, type: this.#registry.contentType, body: await this.#registry.metrics() };
    }
    if (path === '/misbehave' && request.method === 'POST') return this.#misbehave(request);
    if (path === '/') return { status: 200, type: 'text/html; charset=utf-8', body: demoPage(demoModes, this.#mode) };
    return json(404, { error: `no ${path} here` });
  }

  async #misbehave(request: IncomingMessage): Promise<Answer> {
    // A page of another site must not break the demo behind the reader's back: that would page somebody.
    const from = request.headers['sec-fetch-site'] ?? 'none';
    if (from !== 'none' && from !== 'same-origin') return json(403, { error: 'not from another site' });
    const known = Object.keys(demoModes).join(', ');
    const mode = modeIn(await readText(request, 1_000));
    if (!mode) return json(400, { error: `expected {"mode":"…"} with one of: ${known}` });
    this.#mode = mode;
    this.onMode(mode);
    this.#write(`from now on: ${mode}, ${demoModes[mode]}`);
    return json(200, { mode, means: demoModes[mode] });
  }

  #count(path: string, status: number): void {
    // Only known routes become labels: a scanner must not make series.
    const route = /^\/(health\/(live|ready|metrics)|misbehave)?$/.test(path) ? path : 'other';
    this.#requests.inc({ route, code: String(status) });
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function modeIn(text: string): DemoMode | undefined {
  try {
    const mode: unknown = JSON.parse(text)?.mode;
    return typeof mode === 'string' && Object.hasOwn(demoModes, mode) ? (mode as DemoMode) : undefined;
  } catch {
    // Not JSON: the answer says what is expected.
    return undefined;
  }
}

async function readText(request: IncomingMessage, limit: number): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > limit) return '';
  }
  return text;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  return promise.finally(() => server.off('error', reject));
}
