import { describe, expect, test } from 'vitest';
import type { Outcome } from '../model.ts';
import { attempt, judgement } from '../probers/attempt-for-test.ts';
import { tls } from '../probers/tls/tls.ts';
import { createAuthority } from '../testing/certificates.ts';
import { type Act, startScriptedPeer } from './peers-for-test.ts';
import { type StartTlsProtocol, startTlsProtocols } from './start-tls-protocols.ts';

const now = Date.now();
const authority = await createAuthority('STARTTLS', now);
const identity = await authority.issue({
  names: ['localhost'],
  notBefore: now - 86_400_000,
  notAfter: now + 86_400_000,
});

const smtp = [
  '220-mail\r\n220 ready\r\n',
  /^EHLO \S+\r\n/,
  '250-mail\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 HELP\r\n',
  /STARTTLS\r\n/,
] as const;
const features = "<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls xmlns='x'/></stream:features>";

/** How servers of each protocol come to TLS. */
const good: Readonly<Record<StartTlsProtocol, readonly Act[]>> = {
  smtp: [...smtp, '220 go on\r\n'],
  imap: ['* OK ready\r\n', /^a STARTTLS\r\n/, '* CAPABILITY IMAP4rev2\r\na OK go on\r\n'],
  pop3: ['+OK ready\r\n', /^STLS\r\n/, '+OK go on\r\n'],
  ftp: ['220-welcome\r\n to the archive\r\n220 ready\r\n', /^AUTH TLS\r\n/, '234 go on\r\n'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the message is bytes
  postgres: [/^\0\0\0\x08\x04\xd2\x16\x2f/, 'S'],
  xmpp: [/to='localhost'.*>$/, features, /<starttls /, "<proceed xmlns='x'/>"],
};

async function probed(protocol: StartTlsProtocol, script: readonly Act[], timeoutMs = 2_000): Promise<Outcome> {
  await using peer = await startScriptedPeer(script);
  const options = { starttls: protocol, trust: 'any' as const };
  const outcome = await attempt(tls, `localhost:${peer.port}`, options, { timeoutMs });
  await expect.poll(() => peer.open()).toBe(0);
  return outcome;
}

describe.each(startTlsProtocols)('%s', (protocol) => {
  test('comes to TLS', async () => {
    expect(judgement(await probed(protocol, [...good[protocol], { tls: identity }, 'hang']))).toBe('pass');
  });

  test('comes to TLS when each letter arrives by itself', async () => {
    const dripping = good[protocol].map((act): Act => (typeof act === 'string' ? { drip: act } : act));
    expect(judgement(await probed(protocol, [...dripping, { tls: identity }, 'hang']))).toBe('pass');
  });

  test.each(good[protocol].map((_, turn) => turn))(
    'honours its deadline when the server hangs at turn %i',
    async (turn) => {
      const outcome = await probed(protocol, [...good[protocol].slice(0, turn), 'hang'], 200);
      expect(judgement(outcome)).toMatch(/^fail response_timeout: found no answer in 200 ms, expected /);
      expect(outcome.durationMs).toBeLessThan(1_000);
    },
  );

  test.each(good[protocol].map((_, turn) => turn))('says so when the server hangs up at turn %i', async (turn) => {
    expect(judgement(await probed(protocol, good[protocol].slice(0, turn)))).toMatch(
      /^fail response_closed: found a connection that was (?:closed|reset), expected /,
    );
  });
});

const bad: readonly {
  readonly name: string;
  readonly protocol: StartTlsProtocol;
  readonly script: readonly Act[];
  readonly is: string;
}[] = [
  {
    name: 'a server that greets with a refusal',
    protocol: 'smtp',
    script: ['554 go away\r\n'],
    is: 'fail protocol: found "554 go away", expected an SMTP greeting',
  },
  {
    name: 'a server that speaks something else',
    protocol: 'smtp',
    script: ['SSH-2.0-OpenSSH_9.2\r\n', 'hang'],
    is: 'fail protocol: found "SSH-2.0-OpenSSH_9.2", expected an SMTP greeting',
  },
  {
    name: 'a server that does not offer it',
    protocol: 'smtp',
    script: ['220 ready\r\n', /EHLO/, '250-mail\r\n250 HELP\r\n', 'hang'],
    is: 'fail tls_handshake: found a server that does not offer STARTTLS, expected STARTTLS',
  },
  {
    name: 'a server that refuses it',
    protocol: 'smtp',
    script: [...smtp, '454 TLS not available due to temporary reason\r\n', 'hang'],
    is: 'fail tls_handshake: found TLS refused: "454 TLS not available due to temporary reason", expected TLS',
  },
  {
    name: 'words in the clear that somebody put behind the agreement',
    protocol: 'smtp',
    script: [...smtp, '220 go on\r\n250 OK\r\n', 'hang'],
    is: 'fail protocol: found more words in the clear after TLS was agreed on, expected a TLS handshake',
  },
  {
    name: 'PostgreSQL without TLS',
    protocol: 'postgres',
    script: [/\0/, 'N', 'hang'],
    is: 'fail tls_handshake: found a server that does not offer TLS, expected TLS',
  },
  {
    name: 'XMPP that fails',
    protocol: 'xmpp',
    script: [/>$/, features, /<starttls /, "<failure xmlns='x'/></stream:stream>", 'hang'],
    is: `fail tls_handshake: found TLS refused: "<failure xmlns='x'/>", expected TLS`,
  },
  {
    name: 'a server that never ends its greeting',
    protocol: 'ftp',
    script: [`220-${'welcome\r\n'.repeat(5_000)}`, 'hang'],
    is: 'fail answer: found 1024 lines without it, expected an FTP greeting',
  },
];

test.each(bad)('$name', async ({ protocol, script, is }) => {
  expect(judgement(await probed(protocol, script))).toBe(is);
});
