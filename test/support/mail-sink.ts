import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { ArrivalLog, type Arrivals } from './arrivals.ts';

export interface ReceivedMail {
  /** Unix milliseconds. */
  readonly at: number;
  readonly mail: ParsedMail;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** Who had logged in, if anybody. */
  readonly user: string | undefined;
  /** Whether the message came over TLS. */
  readonly secure: boolean;
  /** The message as it came. */
  readonly raw: string;
}

/** A refusal that the sink gives instead of taking a message. */
export interface MailTrouble {
  /** SMTP code: 4xx for now, 5xx for good. */
  readonly code: number;
  readonly message: string;
}

export interface MailSinkOptions {
  readonly host?: string;
  readonly port?: number;
  /** Takes nothing from anybody else. Without it there is no AUTH. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** `none` (default) offers no STARTTLS; `implicit` speaks TLS from the first byte. */
  readonly tls?: 'none' | 'starttls' | 'implicit';
  /** For `tls`; PEM. Without it the library's own certificate, which nobody trusts. */
  readonly certificate?: { readonly key: string; readonly cert: string };
}

export interface MailSink extends Arrivals<ReceivedMail>, AsyncDisposable {
  readonly port: number;
  /** How many connections there were. */
  readonly connections: () => number;
  /** The next messages meet these, one each. */
  trouble(...next: readonly MailTrouble[]): void;
  /** Every message meets this, until there is none; `hang` takes it and never answers. */
  always(trouble: MailTrouble | 'hang' | undefined): void;
  /** From now on refuses connections, or takes them again. */
  refuse(refuses: boolean): Promise<void>;
}

/** A mail server that keeps what it is given. */
export async function startMailSink(options: MailSinkOptions = {}): Promise<MailSink> {
  const { auth, tls = 'none' } = options;
  const log = new ArrivalLog<ReceivedMail>('mail', ({ mail }) => mail.subject ?? '(no subject)');
  const troubles: MailTrouble[] = [];
  let lasting: MailTrouble | 'hang' | undefined;
  /** Messages that are not answered. */
  const held = new Set<(error: Error) => void>();
  let connections = 0;

  const server = new SMTPServer({
    ...options.certificate,
    secure: tls === 'implicit',
    logger: false,
    disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(auth ? [] : ['AUTH'])],
    authOptional: auth === undefined,
    allowInsecureAuth: true,
    // Without TLS no client sends PLAIN; where both are offered, Alertmanager would try nothing else.
    ...(tls === 'none' && { authMethods: ['LOGIN'] }),
    closeTimeout: 100,
    onConnect: (_, done) => {
      connections++;
      done();
    },
    onAuth: (login, _, done) => {
      const { username, password } = login;
      if (username === auth?.username && password === auth?.password) done(null, { user: username });
      else done(smtpError({ code: 535, message: 'Invalid username or password' }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (lasting === 'hang') {
          held.add(done);
          return;
        }
        const trouble = lasting ?? troubles.shift();
        if (trouble) return done(smtpError(trouble));
        const at = Date.now();
        const raw = Buffer.concat(chunks).toString();
        simpleParser(raw).then(
          (mail) => {
            const { mailFrom, rcptTo } = session.envelope;
            log.add({
              at,
              mail,
              envelope: { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) },
              user: typeof session.user === 'string' ? session.user : undefined,
              secure: session.secure,
              raw,
            });
            done();
          },
          (error: Error) => done(error),
        );
      });
    },
  });
  // A client that hangs up or distrusts the certificate is the client's affair.
  server.on('error', () => {});
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.server.once('error', reject);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  await listening;
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received: log.received,
    waitFor: (fits, timeoutMs) => log.waitFor(fits, timeoutMs),
    connections: () => connections,
    trouble: (...next) => {
      troubles.push(...next);
    },
    always: (trouble) => {
      lasting = trouble;
      // Nothing waits for ever: a server that hung is restarted, and hangs up.
      if (trouble !== 'hang') for (const done of held) done(smtpError({ code: 421, message: 'Restarting' }));
      if (trouble !== 'hang') held.clear();
    },
    refuse: (refuses) => {
      if (refuses) {
        for (const connection of server.connections) connection.close();
        return new Promise((done) => server.server.close(() => done()));
      }
      return new Promise((done) => server.server.listen(port, options.host ?? '127.0.0.1', done));
    },
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
  };
}

function smtpError({ code, message }: MailTrouble): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
