import { Failure, oneLine } from '../../net/failure.ts';
import type { SmtpReply, SmtpSession } from './session.ts';

/**
 * Logs in by what the server offers (RFC 4954): PLAIN, else LOGIN, which never became a standard and which Microsoft's servers
 * offer alone. Throws a `Failure`.
 */
export async function login(
  session: SmtpSession,
  username: string,
  password: string,
  offered: readonly string[],
): Promise<void> {
  const expected = `a login as ${username}`;
  // `AUTH=PLAIN` is how old servers wrote it, for older clients.
  const ways = offered.flatMap((line) => /^AUTH[ =](.*)$/i.exec(line)?.[1]?.toUpperCase().split(/\s+/) ?? []);
  if (ways.includes('PLAIN')) {
    const reply = await session.ask(`AUTH PLAIN ${authPlain(username, password)}`, expected, 'AUTH PLAIN …');
    return accepted(reply, expected);
  }
  if (!ways.includes('LOGIN')) {
    const found = ways.length > 0 ? `a server that offers only ${ways.join(', ')}` : 'a server that offers no login';
    throw new Failure('login', found, 'AUTH PLAIN or LOGIN');
  }
  asked(await session.ask('AUTH LOGIN', expected), expected);
  asked(await session.ask(base64(username), expected, '…'), expected);
  accepted(await session.ask(base64(password), expected, '…'), expected);
}

/** What AUTH PLAIN sends (RFC 4616). */
export function authPlain(username: string, password: string): string {
  return base64(`\0${username}\0${password}`);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function asked(reply: SmtpReply, expected: string): void {
  if (reply.code !== 334) throw refused(reply, expected);
}

function accepted(reply: SmtpReply, expected: string): void {
  if (reply.code !== 235) throw refused(reply, expected);
}

function refused({ code, lines }: SmtpReply, expected: string): Failure {
  return new Failure(code === 421 ? 'not_serving' : 'login', `${code} ${oneLine(lines.join(' '))}`, expected);
}
