import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { emptyMemory } from '../state/sample-probe.ts';
import { pace } from './pace.ts';

/** A client of a server that sends so many bytes and hangs up. */
async function receiver(bytes: number, worked: (ms: number) => void = () => {}) {
  const server = createServer((socket) => socket.on('error', () => {}).end(Buffer.alloc(bytes, 'x')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const { signal } = new AbortController();
  const resolve = async () => [];
  pace(socket, { signal, timeoutMs: 5_000, resolve, now: Date.now, memory: emptyMemory, worked });
  return socket;
}

test('a turn of the event loop reads a part, and all of it comes', async () => {
  const socket = await receiver(8_388_608);
  const byTurn = [0];
  const turn = () => {
    byTurn.push(0);
    if (!socket.closed) setImmediate(turn);
  };
  turn();
  let largestPiece = 0;
  socket.on('data', (chunk: Buffer) => {
    byTurn.push((byTurn.pop() ?? 0) + chunk.length);
    largestPiece = Math.max(largestPiece, chunk.length);
  });
  await once(socket, 'close');
  expect(byTurn.reduce((sum, bytes) => sum + bytes, 0)).toBe(8_388_608);
  // The limit, and the packet that goes over it.
  expect(Math.max(...byTurn)).toBeLessThanOrEqual(262_144 + 65_536);
  expect(largestPiece).toBe(16_384);
});

test('who stops in the middle of a packet is told of no more of it', async () => {
  const socket = await receiver(65_536);
  let pieces = 0;
  socket.on('data', () => {
    pieces++;
    socket.destroy();
  });
  await once(socket, 'close');
  expect(pieces).toBe(1);
});

test('a consumer that pauses gets the rest when it wants it', async () => {
  const socket = await receiver(2_097_152);
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    socket.pause();
    setImmediate(() => socket.resume());
  });
  await once(socket, 'close');
  expect(received).toBe(2_097_152);
});

test('the work of a handler counts, and that of the promises that it settles', async () => {
  let workedMs = 0;
  const socket = await receiver(32_768, (ms) => {
    workedMs += ms;
  });
  const came = Promise.withResolvers<void>();
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received < 32_768) return;
    compute(30);
    came.resolve();
  });
  await came.promise;
  await Promise.resolve();
  compute(40);
  await once(socket, 'close');
  expect(workedMs).toBeGreaterThanOrEqual(70);
});

test('an answer of usual size is not measured', async () => {
  let measured = 0;
  const socket = await receiver(1_000, () => {
    measured++;
  });
  socket.resume();
  await once(socket, 'close');
  expect(measured).toBe(0);
});

function compute(ms: number): void {
  const from = process.threadCpuUsage();
  for (let usedMs = 0; usedMs < ms; ) {
    const { user, system } = process.threadCpuUsage(from);
    usedMs = (user + system) / 1_000;
  }
}
