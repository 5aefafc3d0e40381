import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** For tests: a real HTTP server that stands where the other end of the network would be, and keeps what it is sent. */
interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** How it answers from now on; `hang` never does. */
  answer: number | 'hang' | ((received: Received) => number);
  /** Resolves once it has been sent so many requests in all. */
  count(requests: number): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    // Who asks how it does sends nothing.
    if (request.method !== 'GET') {
      received.push({
        method: request.method ?? '',
        path: request.url ?? '',
        body: text === '' ? undefined : JSON.parse(text),
      });
    }
    for (const check of waiting) check();
    const { answer } = receiver;
    const last = received.at(-1);
    if (typeof answer === 'function') response.writeHead(last ? answer(last) : 200).end('{}');
    else if (answer !== 'hang') response.writeHead(answer).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: 200,
    async count(requests) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = () => {
        if (received.length >= requests) resolve();
      };
      waiting.add(check);
      check();
      await promise;
      waiting.delete(check);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return receiver;
}
