import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type Act, startScriptedPeer } from '../../net/peers-for-test.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import type { tcpOptions } from './options.ts';
import { tcp } from './tcp.ts';

type Dialogue = NonNullable<z.input<typeof tcpOptions>['dialogue']>;

const now = Date.now();
const authority = await createAuthority('dialogue', now);
const identity = await authority.issue({ names: ['127.0.0.1'], notBefore: now - 1_000, notAfter: now + 86_400_000 });

const cases: readonly {
  readonly name: string;
  readonly peer: readonly Act[];
  readonly dialogue: Dialogue;
  readonly timeoutMs?: number;
  readonly is: string;
}[] = [
  {
    name: 'a greeting and an answer',
    peer: ['220 mail ESMTP\r\n', /^EHLO x\r\n/, '250-mail\r\n250 HELP\r\n', 'hang'],
    dialogue: [{ expect: '/^220 /' }, { send: 'EHLO x\r\n' }, { expect: '/^250 /' }],
    is: 'pass',
  },
  {
    name: 'a piece of text in any line',
    peer: ['one\ntwo\nthe third line\n', 'hang'],
    dialogue: [{ expect: 'third' }],
    is: 'pass',
  },
  { name: 'a prompt without a line end', peer: ['login: ', 'hang'], dialogue: [{ expect: '/^login: $/' }], is: 'pass' },
  {
    name: 'a line that arrives in pieces',
    peer: [{ drip: '220 ready\r\n' }, 'hang'],
    dialogue: [{ expect: '/^220 ready$/' }],
    is: 'pass',
  },
  {
    name: 'each line answers one turn only',
    peer: ['220 ready\r\n', 'hang'],
    dialogue: [{ expect: '/^220/' }, { expect: '/^220/' }],
    timeoutMs: 200,
    is: 'fail response_timeout: found no answer in 200 ms, expected a line that matches /^220/',
  },
  {
    name: 'another answer',
    peer: ['554 go away\r\n', 'hang'],
    dialogue: [{ expect: '/^220/' }],
    timeoutMs: 200,
    is: 'fail answer: found "554 go away", expected a line that matches /^220/',
  },
  {
    name: 'another answer, and the connection is closed',
    peer: ['554 go away\r\n'],
    dialogue: [{ expect: '220' }],
    is: 'fail answer: found "554 go away", expected a line with 220',
  },
  {
    name: 'no answer, and the connection is closed',
    peer: [],
    dialogue: [{ expect: '220' }],
    is: 'fail response_closed: found a connection that was closed, expected a line with 220',
  },
  {
    name: 'bytes',
    peer: [/^\*1\r\n/, '+PONG\r\n', 'hang'],
    dialogue: [{ send_hex: '2a 31 0d 0a' }, { expect_hex: '2b504f4e470d0a' }],
    is: 'pass',
  },
  {
    name: 'other bytes, which nothing can make right',
    peer: ['HTTP/1.1 400 Bad Request\r\n', 'hang'],
    dialogue: [{ expect_hex: '2b50' }],
    is: 'fail answer: found the bytes 48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64, expected the bytes 2b 50',
  },
  {
    name: 'too few bytes',
    peer: ['+P', 'hang'],
    dialogue: [{ expect_hex: '2b504f' }],
    timeoutMs: 200,
    is: 'fail response_timeout: found no answer in 200 ms, expected the bytes 2b 50 4f',
  },
  {
    name: 'more than is read of anybody',
    peer: [`${'x'.repeat(999)}\n`.repeat(70), 'hang'],
    dialogue: [{ expect: 'ready' }],
    is: `fail answer: found "${'x'.repeat(158)}…, expected a line with ready`,
  },
  {
    name: 'an expression that would take for ever',
    peer: [`${'a'.repeat(50_000)}!\n`, 'hang'],
    dialogue: [{ expect: '/^(a+)+$/' }],
    timeoutMs: 500,
    is: `fail answer: found "${'a'.repeat(158)}…, expected a line that matches /^(a+)+$/`,
  },
  {
    name: 'TLS in the middle',
    peer: ['220 ready\r\n', /STARTTLS/, '220 go on\r\n', { tls: identity }, /NOOP/, '250 inside\r\n', 'hang'],
    dialogue: [
      { expect: '220' },
      { send: 'STARTTLS\r\n' },
      { expect: '220' },
      { starttls: true },
      { send: 'NOOP\r\n' },
      { expect: '/^250 inside/' },
    ],
    is: 'pass',
  },
  {
    name: 'TLS as a protocol begins it',
    peer: [/^\0/, 'S', { tls: identity }, /x/, 'y', 'hang'],
    dialogue: [{ starttls: 'postgres' }, { send: 'x' }, { expect: 'y' }],
    is: 'pass',
  },
  {
    name: 'words in the clear that somebody put before TLS',
    peer: ['220 go on\r\n250 OK\r\n', 'hang'],
    dialogue: [{ expect: '220' }, { starttls: true }],
    is: 'fail protocol: found more words in the clear before TLS, expected a TLS handshake',
  },
];

describe('a dialogue', () => {
  test.each(cases)('$name', async ({ peer: acts, dialogue, timeoutMs = 20_000, is }) => {
    await using peer = await startScriptedPeer(acts);
    const options = { dialogue, ...(JSON.stringify(dialogue).includes('starttls') && { trust: 'any' as const }) };
    const outcome = await attempt(tcp, `127.0.0.1:${peer.port}`, options, { timeoutMs });
    expect(judgement(outcome)).toBe(is);
    await expect.poll(() => peer.open()).toBe(0);
  });

  test('does not show what it says, also where the peer says it back', async () => {
    await using peer = await startScriptedPeer([/\n/, '-ERR unknown user for PASS sesame, sesame\r\n', 'hang']);
    const dialogue = [{ send: 'PASS sesame\r\n' }, { expect: '+OK' }];
    const outcome = await attempt(tcp, `127.0.0.1:${peer.port}`, { dialogue }, { timeoutMs: 2_000 });
    expect(peer.received()).toBe('PASS sesame\r\n');
    expect(JSON.stringify(outcome)).not.toContain('sesame');
    expect(outcome.found).toBe('"-ERR unknown user for [redacted], [redacted]"');
  });

  test('has the expiry of the certificate that it met', async () => {
    await using peer = await startScriptedPeer([{ tls: identity }, 'hang']);
    const options = { dialogue: [{ starttls: true as const }], trust: 'any' as const, valid_for: '21d' };
    const outcome = await attempt(tcp, `127.0.0.1:${peer.port}`, options);
    expect(outcome).toMatchObject({ reason: 'certificate_expiring' });
    expect(outcome.samples.map(({ metric }) => metric)).toEqual([
      'probe_ip_protocol',
      'probe_ssl_earliest_cert_expiry',
    ]);
  });
});
