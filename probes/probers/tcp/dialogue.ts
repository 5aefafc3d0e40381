import type { Socket } from 'node:net';
import type { Run } from '../../model.ts';
import { Conversation } from '../../net/conversation.ts';
import { Failure } from '../../net/failure.ts';
import { type SecureOptions, secure } from '../../net/secure.ts';
import { startTls } from '../../net/start-tls.ts';
import type { Recorder } from '../recorder.ts';
import type { TextPattern } from '../text-pattern.ts';
import type { Turn } from './options.ts';

/**
 * Says and hears each turn, in order. Throws a `Failure`: `answer` where the peer said something else. The caller destroys
 * the socket that it gave; what becomes of it on the way belongs to it.
 */
export async function converse(
  connected: Socket,
  turns: readonly Turn[],
  secured: SecureOptions,
  run: Run,
  recorder: Recorder,
): Promise<void> {
  let socket = connected;
  let talk = new Conversation(socket, run);
  try {
    for (const turn of turns) {
      if (turn.starttls === undefined) {
        await take(turn, talk, recorder);
        continue;
      }
      const early = talk.release();
      if (early.length > 0) throw new Failure('protocol', 'more words in the clear before TLS', 'a TLS handshake');
      if (turn.starttls !== true) await startTls(socket, turn.starttls, secured.name, run, recorder);
      socket = await secure(socket, secured, run, recorder);
      talk = new Conversation(socket, run);
    }
  } finally {
    talk.release();
    socket.destroy();
  }
}

async function take(turn: Turn, talk: Conversation, recorder: Recorder): Promise<void> {
  const { send, send_hex: sendHex, expect, expect_hex: expectHex } = turn;
  const bytes = send ? Buffer.from(send.reveal()) : sendHex ? Buffer.from(sendHex.reveal(), 'hex') : undefined;
  if (bytes) {
    talk.send(bytes);
    recorder.step(`> ${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}`);
  }
  if (expect) recorder.step(`< ${await lineThat(expect, talk)}`);
  if (expectHex !== undefined) {
    await exactly(Buffer.from(expectHex, 'hex'), talk);
    recorder.step(`< ${spaced(expectHex)}`);
  }
}

/** A prompt has no line end, so that what is not a whole line yet counts too, as long as it is short. */
const longestPrompt = 256;

/** The next line that matches. */
async function lineThat(pattern: TextPattern, talk: Conversation): Promise<string> {
  const expected = pattern.isExpression ? `a line that matches ${pattern.written}` : `a line with ${pattern.written}`;
  let other = '';
  try {
    for (;;) {
      const text = await talk.line(expected, (begun) => prompt(begun, pattern));
      if (pattern.matches(text)) return text;
      other = text;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What was said instead tells more than that the rest did not come.
    const said = talk.unread.toString('utf8', 0, longestPrompt).trim() || other;
    throw said === '' ? error : new Failure('answer', `"${said}"`, expected, { cause: error });
  }
}

/** A prompt that matches. Each line is matched once: a peer that drips must not have it matched again and again. */
function prompt(begun: Buffer, pattern: TextPattern): string | undefined {
  if (begun.length === 0 || begun.length > longestPrompt) return undefined;
  const text = begun.toString('utf8');
  return pattern.matches(text) ? text : undefined;
}

async function exactly(bytes: Buffer, talk: Conversation): Promise<void> {
  const expected = `the bytes ${spaced(bytes.toString('hex'))}`;
  await talk.take((unread) => {
    const some = unread.subarray(0, bytes.length);
    // The first wrong byte decides: there is nothing to wait for after it.
    if (!bytes.subarray(0, some.length).equals(some)) {
      throw new Failure('answer', `the bytes ${sayBytes(unread)}`, expected);
    }
    return some.length === bytes.length ? { used: bytes.length, result: undefined } : undefined;
  }, expected);
}

/** The first of them: `2a 31 0d 0a`. */
export function sayBytes(bytes: Buffer): string {
  return spaced(bytes.toString('hex', 0, 16));
}

function spaced(hex: string): string {
  return hex.replaceAll(/(..)(?=.)/g, '$1 ');
}
