import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { isPrivateHost } from '../../../stack/private-host.ts';
import { dial } from '../../net/dial.ts';
import { Failure, oneLine } from '../../net/failure.ts';
import { formatHostPort, type HostPort } from '../../net/host-port.ts';
import { certificateMisfits, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { credential, masksFor } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import type { TextPattern } from '../text-pattern.ts';
import { authPlain, login } from './login.ts';
import { smtpOptions, smtpValue } from './options.ts';
import { quoted, type SmtpReply, SmtpSession } from './session.ts';

type Options = z.output<typeof smtpOptions>;

export const smtp = {
  kind: 'smtp' as const,
  describe: 'Talks to a mail server: greeting, TLS, login, sender and recipient; it sends no message.',
  value: smtpValue,
  options: smtpOptions,
  metrics: ['probe_smtp_duration_seconds', 'probe_ip_protocol', 'probe_ssl_earliest_cert_expiry'],
  target: ({ host, port }) => formatHostPort(host, port),
  endpoints: (value) => [value],
  misfits,
  warnings: (_, options) => tlsWarnings(options),
  variants: (_, options) =>
    (options.tls || options.starttls) && options.trust === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : [],
  async probe(value, options, run) {
    const password = options.password?.reveal() ?? '';
    const recorder = new Recorder(
      masksFor([credential(password), credential(authPlain(options.username ?? '', password))], run, options),
    );
    let session: SmtpSession | undefined;
    try {
      const dialled = await dial(value, options.ip, 'a mail server', run, recorder);
      session = new SmtpSession(dialled.socket, run, recorder);
      recorder.sample('probe_ip_protocol', dialled.address.family);
      recorder.trait('address', dialled.address.address);
      await converse(session, value, options, recorder);
      expectInTime(recorder.elapsedMs(), options.expect.within);
      return withPhases(recorder).pass();
    } catch (error) {
      return withPhases(recorder).failed(error);
    } finally {
      session?.leave();
    }
  },
} satisfies Prober<typeof smtpValue, typeof smtpOptions>;

function withPhases(recorder: Recorder): Recorder {
  for (const [phase, ms] of recorder.phases) recorder.sample('probe_smtp_duration_seconds', ms / 1_000, { phase });
  return recorder;
}

async function converse(session: SmtpSession, value: HostPort, options: Options, recorder: Recorder): Promise<void> {
  const wanted = secureOptions(value.host, options);
  if (options.tls) await recorder.time('tls', () => session.secure(wanted));
  let offered = await recorder.time('greeting', async () => {
    await greeting(session, options.expect.banner, recorder);
    return hello(session, options, recorder);
  });
  if (options.starttls) {
    await recorder.time('tls', async () => {
      await agreeOnTls(session, offered);
      await session.secure(wanted);
    });
    offered = await recorder.time('greeting', () => hello(session, options, recorder));
  }
  recorder.trait('capabilities', offered.join(', '));
  expectCapabilities(offered, options.expect.capabilities);
  const { username, password } = options;
  if (username !== undefined && password !== undefined) {
    await recorder.time('login', () => login(session, username, password.reveal(), offered));
  }
  const { mail_from: from, rcpt_to: to } = options;
  if (from !== undefined || to !== undefined) await recorder.time('envelope', () => envelope(session, from, to));
}

async function greeting(session: SmtpSession, banner: TextPattern | undefined, recorder: Recorder): Promise<void> {
  const reply = await session.reply('a greeting');
  expectCode(reply, [220], 'a greeting, 220');
  const text = reply.lines.join('\n');
  recorder.trait('server', text);
  if (!banner || banner.matches(text)) return;
  const expected = banner.isExpression ? oneLine(banner.written) : quoted(banner.written);
  throw new Failure('answer', `the greeting ${quoted(recorder.hide(text))}`, `a greeting with ${expected}`);
}

/** A server that does not know EHLO says so by one of these (RFC 5321, section 4.1.4; 501 and 504 are of the name behind it). */
const unknownCommand: ReadonlySet<number> = new Set([500, 501, 502, 504]);

/** What the server offers: the lines after the first. One that knows only HELO offers nothing. */
async function hello(session: SmtpSession, options: Options, recorder: Recorder): Promise<readonly string[]> {
  const reply = await session.ask(`EHLO ${options.ehlo}`, 'an answer to EHLO');
  const needsOffers = options.tls || options.starttls || options.username !== undefined;
  if (unknownCommand.has(reply.code) && !needsOffers) {
    recorder.step('the server refuses EHLO: greeting by HELO');
    expectCode(await session.ask(`HELO ${options.ehlo}`, 'an answer to HELO'), [250], 'an answer to HELO, 250');
    return [];
  }
  expectCode(reply, [250], 'an answer to EHLO, 250');
  return reply.lines.slice(1).map((line) => line.trim());
}

async function agreeOnTls(session: SmtpSession, offered: readonly string[]): Promise<void> {
  if (!offered.some((line) => line.toUpperCase() === 'STARTTLS')) {
    throw new Failure('tls_handshake', 'a server that does not offer STARTTLS', 'STARTTLS');
  }
  const reply = await session.ask('STARTTLS', 'an answer to STARTTLS');
  if (reply.code !== 220) throw new Failure('tls_handshake', `STARTTLS refused: ${said(reply)}`, 'TLS');
}

function expectCapabilities(offered: readonly string[], wanted: readonly string[] | undefined): void {
  // `AUTH` is there where `AUTH PLAIN LOGIN` is, and `SIZE` where `SIZE 10240000` is.
  const names = new Set(offered.map((line) => line.split(' ', 1)[0]?.toUpperCase()));
  const lacking = (wanted ?? []).filter((name) => !names.has(name.toUpperCase()));
  if (lacking.length === 0) return;
  throw new Failure('answer', `a server that does not offer ${lacking.join(', ')}`, (wanted ?? []).join(', '));
}

async function envelope(session: SmtpSession, from = '', to: string | undefined): Promise<void> {
  const sender = from || 'nobody';
  expectCode(await session.ask(`MAIL FROM:<${from}>`, 'an answer to MAIL'), [250], `250 to mail from ${sender}`);
  if (to !== undefined) {
    const reply = await session.ask(`RCPT TO:<${to}>`, 'an answer to RCPT');
    expectCode(reply, [250, 251, 252], `250 to mail for ${to}`);
  }
  expectCode(await session.ask('RSET', 'an answer to RSET'), [250], '250 to RSET');
}

function expectCode(reply: SmtpReply, codes: readonly number[], expected: string): void {
  if (codes.includes(reply.code)) return;
  // RFC 5321, section 3.8: it closes, and takes nobody's mail for now.
  throw new Failure(reply.code === 421 ? 'not_serving' : 'status', said(reply), expected);
}

function said({ code, lines }: SmtpReply): string {
  return `${code} ${oneLine(lines.join(' '))}`;
}

function expectInTime(tookMs: number, within: number | undefined): void {
  if (within === undefined || tookMs <= within) return;
  throw new Failure('slow', `an end after ${sayDuration(tookMs)}`, `an end within ${sayDuration(within)}`);
}

function misfits(value: HostPort, options: Options): readonly Misfit[] {
  const found: Misfit[] = [];
  const { username, password } = options;
  const isSecure = options.tls || options.starttls;
  if (options.tls && options.starttls) {
    const message = 'TLS from the first byte leaves none to begin by STARTTLS';
    found.push({ path: ['starttls'], message, hint: 'write one of tls and starttls' });
  }
  if ((username === undefined) !== (password === undefined)) {
    const [given, other] = username === undefined ? ['password', 'username'] : ['username', 'password'];
    found.push({ path: [given], message: `${given} needs ${other} beside it`, hint: `add ${other}, or leave it out` });
  }
  if (password !== undefined && !isSecure && !isPrivateHost(value.host)) {
    const message = 'the password would cross the internet in the clear';
    found.push({ path: ['password'], message, hint: 'write starttls: true or tls: true' });
  }
  const without = { why: 'without TLS there is none', hint: 'write starttls: true or tls: true, or leave it out' };
  return [...found, ...certificateMisfits(options, isSecure ? undefined : without)];
}
