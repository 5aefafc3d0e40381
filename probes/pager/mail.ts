import { hash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Channels } from './channels.ts';
import type { Page } from './page.ts';
import { renderMail } from './render.ts';
import { messageOf, type Try, type TryOptions, tryRepeatedly } from './tries.ts';

type Email = NonNullable<Channels['email']>;

/** Mail servers may take their time before they greet (RFC 5321, 4.5.3.2 allows minutes). */
const timeoutMs = 15_000;
const implicitTlsPort = 465;

/** Sends a page by mail. The same page sent twice has the same Message-ID, so that mailboxes show one of the two. */
export async function sendMail(email: Email, page: Page, options: Omit<TryOptions, 'timeoutMs'>): Promise<Try> {
  let password: string | undefined;
  try {
    password = (await email.password?.())?.reveal().trim();
  } catch (error) {
    return { ok: false, detail: `the password cannot be read: ${messageOf(error)}`, again: false };
  }
  const message = {
    from: email.from,
    to: [...email.to],
    ...renderMail(page, options.clock.now()),
    ...threading(page, email.from),
    date: new Date(options.clock.now()),
    textEncoding: 'quoted-printable' as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return tryRepeatedly((signal) => submit(email, password, message, signal), { ...options, timeoutMs });
}

async function submit(
  email: Email,
  password: string | undefined,
  message: Parameters<ReturnType<typeof createTransport>['sendMail']>[0],
  signal: AbortSignal,
): Promise<Try> {
  const { host, port, requireTls, username } = email;
  signal.throwIfAborted();
  // Our own socket, so that the end of the try is the end of the connection.
  const socket = connect({ host, port, signal });
  const secure = port === implicitTlsPort;
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: requireTls && !secure },
    // Where TLS is not asked for, it is taken if offered, from whoever offers: never worse than none.
    ...(requireTls || secure ? {} : { tls: { rejectUnauthorized: false } }),
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    ...{ greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    getSocket: (_, done) =>
      whenConnected(socket, (error) => (error ? done(error) : done(null, { connection: socket }))),
  });
  try {
    const { rejected } = await transport.sendMail(message);
    if (rejected.length === 0) return { ok: true, detail: `${host}:${port} took it` };
    return { ok: false, detail: `${host}:${port} refused ${rejected.join(', ')}`, again: false };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ok: false, detail: `${host}:${port}: ${messageOf(error)}`, again: !isFinal(error) };
  } finally {
    socket.destroy();
    transport.close();
  }
}

function whenConnected(socket: Socket, done: (error?: Error) => void): void {
  socket.once('connect', () => {
    socket.off('error', done);
    done();
  });
  socket.once('error', done);
}

/** A refusal by 5xx, a wrong password and missing TLS stay what they are. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return code === 'EAUTH' || code === 'ETLS' || (typeof responseCode === 'number' && responseCode >= 500);
}

/** A page and its resolve stand in one thread, and those of another day in another, as Alertmanager does it. */
function threading({ labels, startsAt, status }: Page, from: string): Record<string, string> {
  const identity = hash('sha256', JSON.stringify(Object.entries(labels).sort())).slice(0, 16);
  const domain = /@([A-Za-z0-9.-]+)>?$/.exec(from)?.[1] ?? 'watchpost.localhost';
  const id = (name: string) => `<alert-${identity}-${name}@${domain}>`;
  const thread = id(new Date(startsAt).toISOString().slice(0, 10));
  const firing = id(`${startsAt}-firing`);
  if (status === 'firing') return { messageId: firing, references: thread, inReplyTo: thread };
  return { messageId: id(`${startsAt}-resolved`), references: `${thread} ${firing}`, inReplyTo: firing };
}
