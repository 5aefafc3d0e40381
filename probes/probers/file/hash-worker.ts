import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** Runs in a thread of its own: a file system that hangs stops only this, and so does a processor that is busy. */

const { path, progress }: { path: string; progress: SharedArrayBuffer } = workerData;
const read = new BigInt64Array(progress);
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafe(1_048_576);
const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
try {
  for (;;) {
    const bytes = readSync(file, buffer);
    if (bytes === 0) break;
    hash.update(buffer.subarray(0, bytes));
    Atomics.add(read, 0, BigInt(bytes));
  }
} finally {
  closeSync(file);
}
parentPort?.postMessage(hash.digest('hex'));
