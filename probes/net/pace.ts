import type { Socket } from 'node:net';
import type { Run } from '../model.ts';
import { turn } from './turn.ts';
import { WorkMeter } from './work-meter.ts';

/** What one socket may use of a turn of the event loop before the others have theirs; libuv alone would read 2 MiB of it. */
const share = { ms: 8, bytes: 262_144 };
/** Whoever reads can stop after so much, not only after a whole packet of 64 KiB. */
const pieceBytes = 16_384;
/** An answer of usual size makes no stall, and to measure it would be a twentieth of what its run costs. */
const unmeasured = { packets: 8, bytes: 16_384 };

/**
 * Has what a socket receives handled in small parts, with a turn of the event loop between them, and counts the processor time
 * that its handlers use as the attempt's own (`Run.worked`). To be called once, before anybody reads.
 */
export function pace(socket: Socket, run: Run): void {
  const { push: give, _read: ask } = socket;
  let usedMs = 0;
  let usedBytes = 0;
  const seen = { packets: 0, bytes: 0 };
  let isHeld = false;
  let isAsked = false;
  const meter = new WorkMeter((ms) => {
    usedMs += ms;
    run.worked?.(ms);
  });
  const release = () => {
    [usedMs, usedBytes, isHeld] = [0, 0, false];
    if (isAsked && !socket.destroyed) ask.call(socket, 0);
    isAsked = false;
  };
  // As one that implements a stream may: what is read goes through `push`, and `_read` asks for more.
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    turn.beganMs();
    if (!Buffer.isBuffer(chunk)) return give.call(socket, chunk, encoding);
    usedBytes += chunk.length;
    seen.packets++;
    seen.bytes += chunk.length;
    if (seen.packets > unmeasured.packets || seen.bytes > unmeasured.bytes) meter.begin();
    let wantsMore = true;
    for (let at = 0; at < chunk.length && !socket.destroyed; at += pieceBytes) {
      wantsMore = give.call(socket, chunk.length > pieceBytes ? chunk.subarray(at, at + pieceBytes) : chunk);
    }
    if (usedMs < share.ms && usedBytes < share.bytes) return wantsMore;
    if (!isHeld) setImmediate(release);
    isHeld = true;
    return false;
  };
  socket._read = (size: number) => {
    if (isHeld) isAsked = true;
    else ask.call(socket, size);
  };
}
