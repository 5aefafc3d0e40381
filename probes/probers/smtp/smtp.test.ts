import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { createAuthority } from '../../testing/certificates.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { randomNumbers } from '../random-for-test.ts';
import type { smtpOptions } from './options.ts';
import { startSmtpPeer } from './peer-for-test.ts';
import { smtp } from './smtp.ts';

type Options = z.input<typeof smtpOptions>;

const dayMs = 86_400_000;

const cases: readonly {
  readonly name: string;
  readonly say?: Readonly<Record<string, string>>;
  readonly options?: Options;
  readonly is: string;
}[] = [
  {
    name: 'a greeting and what is offered',
    options: { expect: { banner: 'Postfix', capabilities: ['size'] } },
    is: 'pass',
  },
  {
    name: 'another greeting',
    options: { expect: { banner: '/Exim \\d/' } },
    is: 'fail answer: found the greeting "mail.example.org ESMTP Postfix", expected a greeting with /Exim \\d/',
  },
  {
    name: 'less than is to be offered',
    options: { expect: { capabilities: ['SIZE', 'AUTH', '8BITMIME'] } },
    is: 'fail answer: found a server that does not offer AUTH, 8BITMIME, expected SIZE, AUTH, 8BITMIME',
  },
  {
    name: 'a server that takes no mail',
    say: { banner: '554-mail.example.org\r\n554 no mail here\r\n' },
    is: 'fail status: found 554 mail.example.org no mail here, expected a greeting, 220',
  },
  {
    name: 'a server that is too busy',
    say: { banner: '421 too many connections\r\n' },
    is: 'fail not_serving: found 421 too many connections, expected a greeting, 220',
  },
  {
    name: 'no STARTTLS',
    say: { EHLO: '250 mail.example.org\r\n' },
    options: { starttls: true },
    is: 'fail tls_handshake: found a server that does not offer STARTTLS, expected STARTTLS',
  },
  {
    name: 'STARTTLS that is refused',
    say: { STARTTLS: '454 TLS not available due to temporary reason\r\n' },
    options: { starttls: true },
    is: 'fail tls_handshake: found STARTTLS refused: 454 TLS not available due to temporary reason, expected TLS',
  },
  {
    name: 'words behind the agreement on TLS: somebody on the way',
    say: { STARTTLS: '220 go\r\n250 all is well\r\n' },
    options: { starttls: true },
    is: 'fail protocol: found more words in the clear after TLS was agreed on, expected a TLS handshake',
  },
  {
    name: 'a recipient that is not taken',
    say: { RCPT: '550 5.1.1 <nobody@example.org>: User unknown\r\n' },
    options: { mail_from: 'monitor@example.org', rcpt_to: 'nobody@example.org' },
    is: 'fail status: found 550 5.1.1 <nobody@example.org>: User unknown, expected 250 to mail for nobody@example.org',
  },
  {
    name: 'no login that we know',
    say: { EHLO: '250-mail.example.org\r\n250 AUTH CRAM-MD5 SCRAM-SHA-256\r\n' },
    options: { username: 'monitor', password: 'sesame' },
    is: 'fail login: found a server that offers only CRAM-MD5, SCRAM-SHA-256, expected AUTH PLAIN or LOGIN',
  },
  {
    name: 'the password in what comes back',
    say: { EHLO: '250-mail\r\n250 AUTH PLAIN\r\n', AUTH: '535 no, not AG1vbml0b3IAc2VzYW1l nor sesame\r\n' },
    options: { username: 'monitor', password: 'sesame' },
    is: 'fail login: found 535 no, not [redacted] nor [redacted], expected a login as monitor',
  },
  {
    name: 'another protocol',
    say: { banner: 'SSH-2.0-OpenSSH_10.0\r\n' },
    is: 'fail protocol: found what is no reply of SMTP: "SSH-2.0-OpenSSH_10.0", expected a greeting',
  },
  {
    name: 'a greeting that does not end',
    say: { banner: '220-more\r\n'.repeat(10_000) },
    is: 'fail answer: found 1024 lines without it, expected a greeting',
  },
];

const sent = ['EHLO watchpost.invalid', 'HELO watchpost.invalid'];

/** A server that does not know EHLO, or does not take it. */
const old: readonly {
  readonly name: string;
  readonly say: Readonly<Record<string, string>>;
  readonly options?: Options;
  readonly is: string;
  readonly commands: readonly string[];
}[] = [
  ...[
    '500 5.5.1 Command unrecognized',
    '501 5.5.4 Syntax error in parameters',
    '502 5.5.1 Command not implemented',
    '504 5.5.4 Command parameter not implemented',
  ].map((reply) => ({
    name: `EHLO refused with ${reply}`,
    say: { EHLO: `${reply}\r\n` },
    is: 'pass',
    commands: sent,
  })),
  {
    name: 'a recipient is asked for after HELO too',
    say: { EHLO: '500 what?\r\n', RCPT: '550 no such user\r\n' },
    options: { rcpt_to: 'nobody@example.org' },
    is: 'fail status: found 550 no such user, expected 250 to mail for nobody@example.org',
    commands: [...sent, 'MAIL FROM:<>', 'RCPT TO:<nobody@example.org>'],
  },
  {
    name: 'HELO is refused as well',
    say: { EHLO: '502 no\r\n', HELO: '504 go away\r\n' },
    is: 'fail status: found 504 go away, expected an answer to HELO, 250',
    commands: sent,
  },
  {
    name: 'EHLO is refused for another reason',
    say: { EHLO: '550 5.7.1 your host is not welcome\r\n' },
    is: 'fail status: found 550 5.7.1 your host is not welcome, expected an answer to EHLO, 250',
    commands: sent.slice(0, 1),
  },
  {
    name: 'the server has no time for EHLO',
    say: { EHLO: '421 4.3.2 shutting down\r\n' },
    is: 'fail not_serving: found 421 4.3.2 shutting down, expected an answer to EHLO, 250',
    commands: sent.slice(0, 1),
  },
  {
    name: 'STARTTLS is asked for, of which HELO says nothing',
    say: { EHLO: '502 no\r\n' },
    options: { starttls: true },
    is: 'fail status: found 502 no, expected an answer to EHLO, 250',
    commands: sent.slice(0, 1),
  },
  {
    name: 'a login is asked for, of which HELO says nothing',
    say: { EHLO: '502 no\r\n' },
    options: { username: 'monitor', password: 'sesame' },
    is: 'fail status: found 502 no, expected an answer to EHLO, 250',
    commands: sent.slice(0, 1),
  },
  {
    name: 'something is to be offered, and HELO offers nothing',
    say: { EHLO: '502 no\r\n', HELO: '250-mail.example.org\r\n250 SIZE is no offer here\r\n' },
    options: { expect: { capabilities: ['SIZE'] } },
    is: 'fail answer: found a server that does not offer SIZE, expected SIZE',
    commands: sent,
  },
];

describe('smtp', () => {
  test.each(old)('an old server: $name', async ({ say, options = {}, is, commands }) => {
    await using peer = await startSmtpPeer({ say });
    const outcome = await attempt(smtp, `127.0.0.1:${peer.port}`, options);
    expect(judgement(outcome)).toBe(is);
    await expect.poll(() => peer.commands.filter((command) => !/^(?:QUIT|RSET)$/.test(command))).toEqual(commands);
  });

  test.each(cases)('$name', async ({ say = {}, options = {}, is }) => {
    await using peer = await startSmtpPeer({ say });
    const outcome = await attempt(smtp, `127.0.0.1:${peer.port}`, options);
    expect(judgement(outcome)).toBe(is);
    expect(JSON.stringify(outcome)).not.toMatch(/sesame|c2VzYW1l/);
    await expect.poll(() => peer.open()).toBe(0);
  });

  test('whatever a peer sends comes to a verdict', async () => {
    const atoms = ['2', '5', '220', '250', '-', ' ', '\r\n', '\n', 'STARTTLS', 'AUTH', '\0', '\xff', 'x'.repeat(500)];
    const next = randomNumbers(5);
    for (let i = 0; i < 150; i++) {
      const say = Array.from({ length: 1 + (next() % 9) }, () => atoms[next() % atoms.length]).join('');
      await using peer = await startSmtpPeer({ say: { [i % 2 ? 'banner' : 'EHLO']: say } });
      const outcome = await attempt(smtp, `127.0.0.1:${peer.port}`, { starttls: true }, { timeoutMs: 20 });
      expect(outcome.verdict).toBe('fail');
      await expect.poll(() => peer.open(), { interval: 2 }).toBe(0);
    }
  });

  test('sends what it says, and says good-bye', async () => {
    await using peer = await startSmtpPeer();
    const options = { ehlo: 'probe.example.org', mail_from: 'a@example.org', rcpt_to: 'b@example.org' };
    const outcome = await attempt(smtp, `127.0.0.1:${peer.port}`, options);
    const sent = ['EHLO probe.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.org>', 'RSET'];
    await expect.poll(() => peer.commands).toEqual([...sent, 'QUIT']);
    expect(outcome.steps.flatMap(({ text }) => (text.startsWith('> ') ? [text.slice(2)] : []))).toEqual(sent);
    expect(outcome.traits).toEqual({
      address: '127.0.0.1',
      server: 'mail.example.org ESMTP Postfix',
      capabilities: 'SIZE 10240000, STARTTLS',
    });
  });

  const logins: readonly {
    readonly name: string;
    readonly ways: readonly string[];
    readonly password: string;
    readonly tls?: 'tls' | 'starttls';
    readonly is: string;
  }[] = [
    { name: 'AUTH PLAIN after STARTTLS', ways: ['PLAIN', 'LOGIN'], password: 'sésame', tls: 'starttls', is: 'pass' },
    { name: 'AUTH LOGIN where there is no other', ways: ['LOGIN'], password: 'sésame', tls: 'starttls', is: 'pass' },
    { name: 'TLS from the first byte', ways: ['PLAIN'], password: 'sésame', tls: 'tls', is: 'pass' },
    {
      name: 'a wrong password',
      ways: ['PLAIN'],
      password: 'wrong',
      tls: 'starttls',
      is: 'fail login: found 535 Authentication failed, expected a login as monitor',
    },
    {
      name: 'a wrong password by AUTH LOGIN',
      ways: ['LOGIN'],
      password: 'wrong',
      tls: 'tls',
      is: 'fail login: found 535 Authentication failed, expected a login as monitor',
    },
  ];
  test.each(logins)('a login: $name', async ({ ways, password, tls, is }) => {
    const now = Date.now();
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({ names: ['127.0.0.1'], notBefore: now - dayMs, notAfter: now + dayMs });
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-smtp-'));
    writeFileSync(join(folder, 'ca.pem'), authority.ca);
    const server = new SMTPServer({
      ...identity,
      secure: tls === 'tls',
      authMethods: [...ways],
      onAuth: (auth, _session, done) =>
        auth.username === 'monitor' && auth.password === 'sésame'
          ? done(null, { user: auth.username })
          : done(new Error('Authentication failed')),
    });
    server.on('error', () => {});
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const outcome = await attempt(smtp, `127.0.0.1:${port}`, {
        ...(tls && { [tls]: true }),
        username: 'monitor',
        password,
        ca_file: join(folder, 'ca.pem'),
        expect: { capabilities: ['AUTH'] },
      });
      expect(judgement(outcome)).toBe(is);
      expect(JSON.stringify(outcome)).not.toContain(password);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(folder, { recursive: true });
    }
  });
});
