import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Run } from '../model.ts';
import { WorkMeter } from './work-meter.ts';

/**
 * What a server may send in answer to one request. A body of 1 MiB has 64 DATA frames where they are full, some thousand where
 * each comes as it is made; of frames that carry nothing of the answer a server sends some ten.
 */
const limits = { data: 8_192, interim: 64, other: 256, otherBytes: 1_048_576 };
/** How often the bytes are looked at of which nothing tells. */
const lookEveryMs = 50;

export interface Http2Budget extends Disposable {
  /** A DATA frame, or its part, has come. */
  data(chunk: Buffer): void;
}

/**
 * Counts the frames that come: the client of Node takes whatever it gets, and answers each PING and each SETTINGS. Its events are
 * counted, not the bytes: a stream of ours in front of it ends the process when the server sends nonsense while an answer to a
 * frame is being written (an assertion of Node's `JSStreamSocket`).
 * @param tooMany is called with what there is too much of. The caller then destroys the session
 */
export function budgetFor(
  socket: Socket,
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  run: Run,
  tooMany: (found: string) => void,
): Http2Budget {
  const counts = { data: 0, interim: 0, other: 0 };
  let dataBytes = 0;
  const bytesBefore = socket.bytesRead;
  const meter = new WorkMeter((ms) => run.worked?.(ms));
  const count = (kind: keyof typeof counts, words: string) => {
    meter.begin();
    if (++counts[kind] > limits[kind]) tooMany(`more than ${limits[kind]} ${words}`);
  };
  const other = () => count('other', 'frames that are no part of an answer');
  session.on('ping', other).on('remoteSettings', other).on('altsvc', other).on('origin', other);
  stream.on('headers', () => count('interim', 'interim answers'));
  // No event tells of WINDOW_UPDATE, PRIORITY and frames of kinds that are not known.
  const timer = setInterval(() => {
    const otherBytes = socket.bytesRead - bytesBefore - dataBytes;
    if (otherBytes > limits.otherBytes) tooMany(`more than ${limits.otherBytes} bytes that are no part of an answer`);
  }, lookEveryMs);
  return {
    data(chunk) {
      dataBytes += chunk.length;
      count('data', 'DATA frames');
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
