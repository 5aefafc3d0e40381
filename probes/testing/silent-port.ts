import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Its queue takes two connections that nobody accepts; the kernel drops every further attempt, as a firewall would. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ ...workerData, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

export interface SilentPort extends AsyncDisposable {
  readonly port: number;
}

/**
 * A port on loopback that answers no attempt to connect, not even with a refusal.
 * @param host an address of 127.0.0.0/8
 * @param port 0 for any
 */
export async function startSilentPort(host = '127.0.0.1', port = 0): Promise<SilentPort> {
  const worker = new Worker(program, { eval: true, workerData: { host, port } });
  const open = await new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const queued = await Promise.all([fill(host, open), fill(host, open)]);
  return {
    port: open,
    [Symbol.asyncDispose]: async () => {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}

function fill(host: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port });
  socket.once('connect', () => resolve(socket)).on('error', reject);
  return promise;
}
