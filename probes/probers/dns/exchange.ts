import { createSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { sayDuration } from '../../../stack/duration.ts';
import type { Address, Run } from '../../model.ts';
import { connectFailure } from '../../net/dial.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { Unread } from '../../net/unread.ts';
import { WorkMeter } from '../../net/work-meter.ts';
import type { Recorder } from '../recorder.ts';
import { type Answer, encodeQuestion, type Question, type Reading, readAnswer } from './message.ts';

export const expected = 'an answer to the question';

/** What is read that is no answer to the question: late answers to others, and forged ones. */
const mostForeign = 100;

export interface Asked {
  readonly question: Question;
  /** The same for every time that it is asked in an attempt; chosen anew for each attempt. */
  readonly id: number;
}

/**
 * Asks by UDP: one datagram for each address until one answers, each with its share of the time that is left. `truncated`
 * where the answer did not fit.
 */
export async function askByUdp(
  asked: Asked,
  addresses: readonly Address[],
  port: number,
  run: Run,
  recorder: Recorder,
): Promise<{ readonly reading: Answer | 'truncated'; readonly address: Address }> {
  for (const [i, address] of addresses.entries()) {
    const budgetMs = Math.max(0, run.timeoutMs - recorder.elapsedMs()) / (addresses.length - i);
    try {
      return { reading: await askOne(asked, address, port, budgetMs, run, recorder), address };
    } catch (error) {
      if (!(error instanceof Failure) || i + 1 === addresses.length || run.signal.aborted) throw error;
      recorder.step(error.found);
    }
  }
  throw new Error('no address was tried');
}

function askOne(
  asked: Asked,
  { address, family }: Address,
  port: number,
  budgetMs: number,
  run: Run,
  recorder: Recorder,
): Promise<Answer | 'truncated'> {
  const where = formatHostPort(address, port);
  const { promise, resolve, reject } = Promise.withResolvers<Answer | 'truncated'>();
  let ignored = 0;
  const fail = (reason: Failure['reason'], found: string, cause?: unknown) =>
    reject(new Failure(reason, found, expected, { cause }));
  const silent = (limitMs: number) =>
    fail('response_timeout', `no answer from ${where} in ${sayDuration(Math.round(limitMs))}`);
  const aborted = () => silent(run.timeoutMs);
  const timer = setTimeout(() => silent(budgetMs), budgetMs);
  run.signal.addEventListener('abort', aborted, { once: true });
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  // Connected, so that the kernel drops what others send, and hands on the refusal of a closed port.
  socket.once('connect', () => {
    recorder.step(`> ${questionWords(asked.question)} by UDP to ${where}`);
    socket.send(encodeQuestion(asked.id, asked.question));
  });
  socket.on('error', (error) => {
    const [reason, found] = connectFailure(codeOf(error) || error.message, where);
    fail(reason, found, error);
  });
  const meter = new WorkMeter((ms) => run.worked?.(ms));
  socket.on('message', (message) => {
    meter.begin();
    const reading = readAnswer(asked.id, asked.question, message);
    if (reading.is !== 'foreign') settle(reading, resolve, reject);
    else if (++ignored >= mostForeign) reject(onlyForeign());
  });
  if (run.signal.aborted) aborted();
  else socket.connect(port, address);
  return promise.finally(() => {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', aborted);
    socket.close();
    if (ignored > 0) recorder.step(`ignored what was no answer to the question: ${ignored}`);
  });
}

/** Asks on a connection, plain or secured; the caller closes it. */
export async function askByStream(
  asked: Asked,
  socket: Socket,
  by: 'TCP' | 'TLS',
  where: string,
  run: Run,
  recorder: Recorder,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer | 'truncated'>();
  const fail = (reason: Failure['reason'], found: string, cause?: unknown) =>
    reject(new Failure(reason, found, expected, { cause }));
  const aborted = () => fail('response_timeout', `no answer from ${where} in ${sayDuration(run.timeoutMs)}`);
  const closed = () => fail('response_closed', `a connection that ${where} closed without an answer`);
  run.signal.addEventListener('abort', aborted, { once: true });
  if (run.signal.aborted) aborted();
  let ignored = 0;
  const take = (message: Buffer): boolean => {
    const reading = readAnswer(asked.id, asked.question, message);
    if (reading.is !== 'foreign') settle(reading, resolve, reject);
    else if (++ignored >= mostForeign) reject(onlyForeign());
    return reading.is === 'foreign' && ignored < mostForeign;
  };
  socket.on('data', messages(take));
  socket.once('end', closed).once('close', closed);
  socket.once('error', (error) =>
    fail('response_closed', `a connection that ${where} reset (${codeOf(error)})`, error),
  );
  recorder.step(`> ${questionWords(asked.question)} by ${by} to ${where}`);
  const message = encodeQuestion(asked.id, asked.question);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  // One write: some servers read the length and the message from the same segment or not at all (RFC 7766, section 8).
  socket.write(Buffer.concat([length, message]));
  try {
    const answer = await promise;
    if (answer === 'truncated') throw new Failure('protocol', `an answer by ${by} that was cut short`, expected);
    return answer;
  } finally {
    run.signal.removeEventListener('abort', aborted);
    if (ignored > 0) recorder.step(`ignored what was no answer to the question: ${ignored}`);
  }
}

function settle(
  reading: Exclude<Reading, { readonly is: 'foreign' }>,
  resolve: (answer: Answer | 'truncated') => void,
  reject: (failure: Failure) => void,
): void {
  if (reading.is === 'answer') resolve(reading.answer);
  else if (reading.is === 'truncated') resolve('truncated');
  else reject(new Failure('protocol', `a message that cannot be read (${reading.why})`, expected));
}

function onlyForeign(): Failure {
  return new Failure('answer', `${mostForeign} messages that are no answer to the question`, expected);
}

/**
 * Cuts a stream into messages: each follows its length in two bytes (RFC 1035, section 4.2.2).
 * @param take returns whether more are wanted
 */
function messages(take: (message: Buffer) => boolean): (chunk: Buffer) => void {
  const rest = new Unread();
  let wanted = true;
  return (chunk) => {
    if (!wanted) return;
    rest.append(chunk);
    for (let bytes = rest.view; wanted && bytes.length >= 2; bytes = rest.view) {
      const end = 2 + bytes.readUInt16BE(0);
      if (bytes.length < end) return;
      wanted = take(bytes.subarray(2, end));
      rest.drop(end);
    }
  };
}

function questionWords({ name, type, class: klass }: Question): string {
  return `${klass} ${typeof type === 'number' ? `TYPE${type}` : type} ${name}`;
}
