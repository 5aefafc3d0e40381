import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client } from 'pg';
import type { Run } from '../../model.ts';
import { Failure } from '../../net/failure.ts';
import { type Awaited, whileOpen } from '../../net/while-open.ts';
import { Messages, parameterStatus } from './messages.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** An answer, as text: PostgreSQL's own, parsed by nobody. */
export interface Answer {
  readonly rows: number;
  /** The first column of the first row; undefined where there is none. */
  readonly value: string | null | undefined;
}

/** A session of `pg` on a socket that is connected, and secured where it is to be. The caller destroys the socket. */
export class Session {
  readonly #socket: Socket;
  readonly #run: Run;
  readonly #client: Client;
  readonly #stream: SocketForPg;

  constructor(socket: Socket, { user, password, database }: Login, run: Run) {
    this.#socket = socket;
    this.#run = run;
    this.#stream = new SocketForPg(socket);
    this.#client = new Client({
      // All that it uses of a stream is there.
      stream: () => this.#stream as unknown as Duplex,
      // Everything is said, for what is not is taken from the environment of this process.
      host: 'unused',
      port: 1,
      user,
      database,
      password: () => password,
      ssl: false,
      sslnegotiation: 'postgres',
      client_encoding: 'UTF8',
      application_name: 'watchpost',
    });
    // Each is told by the promise that it ends as well.
    this.#client.on('error', () => {});
  }

  /** Rejects with a `Failure`, or with what the server said. */
  async login(awaited: Awaited): Promise<void> {
    await this.#within(awaited, this.#client.connect());
    this.#stream.messages.loggedIn();
  }

  /** As the server says it of itself; known once logged in. */
  get serverVersion(): string | undefined {
    return this.#stream.parameters.get('server_version');
  }

  async query(sql: string, awaited: Awaited): Promise<Answer> {
    const types = { getTypeParser: () => (text: string) => text };
    const query = this.#client.query<(string | null)[]>({ text: sql, rowMode: 'array', types });
    const result = await this.#within(awaited, query);
    // Of several statements the last; the types know of one only.
    const { rows } = [result].flat().at(-1) ?? result;
    return { rows: rows.length, value: rows[0]?.[0] };
  }

  /** Says good-bye and closes: a server logs a connection that just ends. */
  close(): void {
    void this.#client.end();
    this.#socket.destroySoon();
  }

  #within<T>(awaited: Awaited, work: Promise<T>): Promise<T> {
    return whileOpen(this.#socket, awaited, this.#run, Promise.race([work, this.#stream.fault]));
  }
}

/** As much of a stream as `pg` uses: the socket, behind a reader that lets only whole messages through. */
class SocketForPg extends EventEmitter {
  readonly messages = new Messages();
  readonly parameters = new Map<string, string>();
  /** Rejects with what the server sent that nobody can read; never resolves. */
  readonly fault: Promise<never>;
  readonly #socket: Socket;
  readonly #reject: (error: unknown) => void;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    const { promise, reject } = Promise.withResolvers<never>();
    this.fault = promise;
    this.#reject = reject;
    // It may come when nobody waits any more.
    promise.catch(() => {});
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => this.emit('close'));
  }

  #read(chunk: Buffer): void {
    try {
      for (const message of this.messages.read(chunk)) {
        const parameter = parameterStatus(message);
        if (parameter) this.parameters.set(...parameter);
        this.emit('data', message);
      }
    } catch (error) {
      this.#socket.pause();
      const why = error instanceof Error ? error.message : String(error);
      const failure = new Failure('protocol', `a message that cannot be read (${why})`, 'a PostgreSQL server');
      this.#reject(error instanceof Failure ? error : failure);
    }
  }

  /** It is connected; `pg` asks for it nevertheless, and waits for the event. */
  connect(): void {
    queueMicrotask(() => this.emit('connect'));
  }

  get writable(): boolean {
    return this.#socket.writable;
  }

  write(data: Buffer, done?: () => void): boolean {
    return this.#socket.write(data, done);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  setNoDelay(): void {}
  ref(): void {}
  unref(): void {}
}
