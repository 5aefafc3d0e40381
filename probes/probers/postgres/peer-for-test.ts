import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Identity } from '../../testing/certificates.ts';
import type { Peer } from '../subject-for-test.ts';

/** Where a peer stops answering, or says what it is told to. */
export type Stage = 'ssl' | 'startup' | 'password' | 'query';

export interface PostgresPeer extends Peer {
  /** Messages that came in, as far as the peer understands them: `startup monitor app`, `query select 1`. */
  readonly messages: readonly string[];
}

/**
 * As pgbouncer 1.18 does: its console knows no command but its own, and where it pools by statement there are no transactions.
 * Both were seen to answer so.
 */
export type Pooler = 'console' | 'statement';

/**
 * A peer on loopback that speaks as much of PostgreSQL's protocol as a probe needs, and goes wrong where it is told to. What
 * the real server does is tried with the real server.
 * @param options.say what to send at a stage instead of the answer; empty to hang
 */
export async function startPostgresPeer(
  options: {
    readonly tls?: Identity;
    readonly say?: { readonly [S in Stage]?: Buffer };
    readonly pooler?: Pooler;
  } = {},
): Promise<PostgresPeer> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const say = options.say ?? {};
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    if (options.tls) raw.once('data', () => secure(raw));
    else serve(raw);
  });
  const secure = (raw: Socket) => {
    messages.push('ssl');
    if (say.ssl) return void raw.resume().write(say.ssl);
    raw.write('S');
    const secureContext = createSecureContext(options.tls);
    serve(new TLSSocket(raw, { isServer: true, secureContext }).on('error', () => {}));
  };
  const serve = (socket: Socket) => {
    const reply = (stage: Stage, ...answers: readonly Buffer[]) => socket.write(say[stage] ?? Buffer.concat(answers));
    socket.once('data', (startup: Buffer) => {
      const [, user, , database] = startup.toString('utf8', 8).split('\0');
      messages.push(`startup ${user} ${database}`);
      reply('startup', message('R', int32(3)));
      socket.once('data', (password: Buffer) => {
        messages.push(`password ${text(password)}`);
        reply('password', message('R', int32(0)), message('S', cstrings('server_version', '18.1')), ready);
        socket.on('data', (query: Buffer) => {
          if (query[0] !== 0x51) return;
          messages.push(`query ${text(query)}`);
          const refusal = options.pooler && refusalOf(options.pooler, text(query));
          if (refusal !== undefined) socket.write(Buffer.concat([errorMessage('08P01', refusal), ready]));
          else if (text(query).startsWith('begin'))
            socket.write(Buffer.concat([message('C', cstrings('BEGIN')), ready]));
          else reply('query', column, row('1'), message('C', cstrings('SELECT 1')), ready);
        });
      });
    });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusalOf(pooler: Pooler, sql: string): string | undefined {
  if (pooler === 'console' && !/^\s*show\b/i.test(sql)) return `invalid command '${sql}', use SHOW HELP;`;
  const isTransaction = /^begin\b/i.test(sql);
  return pooler === 'statement' && isTransaction
    ? 'transaction blocks not allowed in statement pooling mode'
    : undefined;
}

/** A message as it is on the wire. */
export function message(kind: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), int32(4 + body.length), body]);
}

/** An error by its code. */
export function errorMessage(code: string, words: string): Buffer {
  return message('E', Buffer.concat([cstrings('SFATAL', `C${code}`, `M${words}`), Buffer.from([0])]));
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function cstrings(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((one) => `${one}\0`).join(''));
}

const ready = message('Z', Buffer.from('I'));
const column = message(
  'T',
  Buffer.concat([Buffer.from([0, 1]), cstrings('?column?'), Buffer.alloc(12), int32(-1), Buffer.from([0, 0])]),
);

function row(value: string): Buffer {
  return message('D', Buffer.concat([Buffer.from([0, 1]), int32(value.length), Buffer.from(value)]));
}

function text(sent: Buffer): string {
  return sent.toString('utf8', 5).split('\0')[0] ?? '';
}
