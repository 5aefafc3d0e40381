import type { Socket } from 'node:net';
import type { Run } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import { Conversation } from './conversation.ts';
import { Failure } from './failure.ts';
import { withoutFinalDot } from './host-port.ts';
import type { StartTlsProtocol } from './start-tls-protocols.ts';

/**
 * Says what a protocol wants to hear before TLS, up to where the server waits for the handshake: then `secure` can be called
 * with the same socket. Throws a `Failure`: `protocol` where the server speaks another one, `tls_handshake` where it does
 * not offer TLS or refuses it. The caller destroys the socket.
 * @param host what the server is called, for XMPP, whose servers have many names
 */
export async function startTls(
  socket: Socket,
  protocol: StartTlsProtocol,
  host: string,
  run: Run,
  recorder: Recorder,
): Promise<void> {
  const talk = new Conversation(socket, run, 16_384);
  try {
    await protocols[protocol](talk, host);
    const early = talk.release();
    // Whoever sits in between could put its own words here, to be taken for those of the server (CVE-2011-0411).
    if (early.length > 0)
      throw new Failure('protocol', 'more words in the clear after TLS was agreed on', 'a TLS handshake');
    recorder.step(`TLS agreed on by ${protocol}`);
  } finally {
    talk.release();
  }
}

type Agree = (talk: Conversation, host: string) => Promise<void>;

const protocols: Readonly<Record<StartTlsProtocol, Agree>> = {
  // RFC 3207. The name of who greets need not mean anything, and the machine's own is nobody's business.
  async smtp(talk) {
    wants(await reply(talk, 'an SMTP greeting'), /^220/, 'an SMTP greeting');
    talk.send('EHLO watchpost.invalid\r\n');
    const offered = wants(await reply(talk, 'an answer to EHLO'), /^250/, 'an answer to EHLO');
    offers(offered, /^250[ -]STARTTLS\s*$/im, 'STARTTLS');
    talk.send('STARTTLS\r\n');
    agrees(await reply(talk, 'an answer to STARTTLS'), /^220/);
  },
  // RFC 9051, section 6.2.1.
  async imap(talk) {
    wants(await talk.line('an IMAP greeting'), /^\* (?:OK|PREAUTH)/i, 'an IMAP greeting');
    talk.send('a STARTTLS\r\n');
    agrees(await tagged(talk), /^a OK/i);
  },
  // RFC 2595, section 4.
  async pop3(talk) {
    wants(await talk.line('a POP3 greeting'), /^\+OK/, 'a POP3 greeting');
    talk.send('STLS\r\n');
    agrees(await talk.line('an answer to STLS'), /^\+OK/);
  },
  // RFC 4217, section 4.
  async ftp(talk) {
    wants(await reply(talk, 'an FTP greeting'), /^220/, 'an FTP greeting');
    talk.send('AUTH TLS\r\n');
    agrees(await reply(talk, 'an answer to AUTH TLS'), /^234/);
  },
  // https://www.postgresql.org/docs/current/protocol-message-formats.html, SSLRequest: length 8, code 80877103.
  async postgres(talk) {
    talk.send(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
    const expected = 'an answer to SSLRequest';
    const [answer = 0] = await talk.take(
      (unread) => (unread.length > 0 ? { used: 1, result: unread } : undefined),
      expected,
    );
    if (answer === 'N'.charCodeAt(0)) throw new Failure('tls_handshake', 'a server that does not offer TLS', 'TLS');
    if (answer !== 'S'.charCodeAt(0)) throw new Failure('protocol', 'an answer that is not PostgreSQL', expected);
  },
  // RFC 6120, section 5.4.
  async xmpp(talk, host) {
    const to = withoutFinalDot(host).replaceAll(/[^A-Za-z0-9.:_-]/g, '');
    talk.send(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'>`,
    );
    const features = await upTo(talk, /<\/stream:features>|<stream:features\s*\/>/, 'the features of an XMPP server');
    offers(features, /<starttls[\s/>]/, 'starttls');
    talk.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    agrees(await upTo(talk, /<(?:proceed|failure)[^>]*>/, 'an answer to starttls'), /<proceed/);
  },
};

/** A reply of SMTP or FTP: lines that begin with a code, of which the last has no `-` after it. */
async function reply(talk: Conversation, expected: string): Promise<string> {
  const lines: string[] = [];
  for (;;) {
    const line = await talk.line(expected);
    lines.push(line);
    // FTP may say anything between the first line and the last.
    if (/^\d{3}(?: |$)/.test(line)) return lines.join('\n');
    if (!/^\d{3}-/.test(lines[0] ?? '')) throw new Failure('protocol', quoted(line), expected);
  }
}

async function tagged(talk: Conversation): Promise<string> {
  for (;;) {
    const line = await talk.line('an answer to STARTTLS');
    if (!line.startsWith('* ')) return line;
  }
}

/** All that was said up to the end of what the pattern matches, which is a `>`. */
async function upTo(talk: Conversation, pattern: RegExp, expected: string): Promise<string> {
  let searched = 0;
  return await talk.take((unread) => {
    // Each of the patterns ends with it: without one there is nothing new to match.
    const isWorthALook = unread.includes('>', searched);
    searched = unread.length;
    if (!isWorthALook) return undefined;
    const text = unread.toString('latin1');
    const match = pattern.exec(text);
    if (!match) return undefined;
    const used = match.index + match[0].length;
    return { used, result: text.slice(0, used) };
  }, expected);
}

function wants(said: string, pattern: RegExp, expected: string): string {
  if (!pattern.test(said)) throw new Failure('protocol', quoted(said), expected);
  return said;
}

function offers(said: string, pattern: RegExp, what: string): void {
  if (!pattern.test(said)) throw new Failure('tls_handshake', `a server that does not offer ${what}`, what);
}

function agrees(said: string, pattern: RegExp): void {
  if (!pattern.test(said)) throw new Failure('tls_handshake', `TLS refused: ${quoted(said)}`, 'TLS');
}

/** What a stranger said, of which the beginning is enough. */
function quoted(said: string): string {
  return `"${said.length > 60 ? `${said.slice(0, 59)}…` : said}"`;
}
