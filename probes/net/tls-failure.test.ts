import { randomBytes } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import { expect, test } from 'vitest';
import { attempt, judgement } from '../probers/attempt-for-test.ts';
import { tls } from '../probers/tls/tls.ts';
import { createAuthority } from '../testing/certificates.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { startTlsPeer } from './peers-for-test.ts';
import { tlsFailure, tlsWords } from './tls-failure.ts';

const now = Date.now();
const authority = await createAuthority('failures', now);

/** RFC 8446, section 6: a fatal alert, in the clear. */
const alert = (number: number) => Buffer.from([21, 3, 3, 0, 2, 2, number]);

/** A record of TLS 1.2 with a handshake message (RFC 5246, section 7.4). */
function message(type: number, body: readonly number[]): Buffer {
  const length = body.length + 4;
  return Buffer.from([22, 3, 3, length >> 8, length & 255, type, 0, body.length >> 8, body.length & 255, ...body]);
}

const serverHello = (cipher: readonly [number, number], extensions: readonly number[]) =>
  message(2, [3, 3, ...randomBytes(32), 0, ...cipher, 0, ...extensions]);
const securelyRenegotiated = [0, 5, 0xff, 1, 0, 1, 0];

const answers: readonly { readonly name: string; readonly bytes: Buffer | string; readonly is: string }[] = [
  { name: 'an alert about its own trouble', bytes: alert(80), is: 'tls_handshake: the server has trouble of its own' },
  {
    name: 'an alert about the protocol',
    bytes: alert(120),
    is: 'tls_handshake: the server speaks none of the protocols that we offer (ALPN)',
  },
  { name: 'an alert about the name', bytes: alert(112), is: 'tls_handshake: the server does not know the name' },
  {
    name: 'an alert about what it cannot read',
    bytes: alert(50),
    is: 'tls_handshake: the server cannot read what we sent',
  },
  {
    name: 'an alert about a fallback',
    bytes: alert(86),
    is: 'tls_version: the server takes our version for a fallback',
  },
  {
    name: 'an alert that nobody sends',
    bytes: alert(60),
    is: 'tls_handshake: the server sent the alert "export restriction"',
  },
  { name: 'an alert about the version', bytes: alert(70), is: 'tls_version: no TLS version in common' },
  {
    name: 'a hello without secure renegotiation',
    bytes: serverHello([0xc0, 0x2f], []),
    is: 'tls_handshake: the server does not know secure renegotiation (RFC 5746)',
  },
  {
    name: 'a cipher that was not offered',
    bytes: serverHello([0, 4], securelyRenegotiated),
    is: 'tls_cipher: the server chose a cipher that was not offered',
  },
  {
    name: 'a message out of turn',
    bytes: Buffer.concat([serverHello([0xc0, 0x2f], securelyRenegotiated), message(20, [0])]),
    is: 'tls_handshake: the server sent a TLS message out of turn',
  },
  {
    name: 'a hello that cannot be read',
    bytes: message(2, [3, 3, 0]),
    is: 'tls_handshake: OpenSSL says "length mismatch"',
  },
  { name: 'another protocol', bytes: 'SSH-2.0-OpenSSH_9.2\r\n', is: 'tls_handshake: the port does not speak TLS' },
];

test.each(answers)('$name', async ({ bytes, is }) => {
  await using peer = await startFaultServer({ respond: (socket) => socket.write(bytes), respondsAtAccept: true });
  const outcome = await attempt(tls, `localhost:${peer.port}`, {});
  const [reason = '', words = ''] = is.split(/: (.*)/s);
  expect(judgement(outcome)).toBe(
    `fail ${reason}: found a TLS error: ${words}, expected a TLS handshake for localhost`,
  );
});

const servers: readonly { readonly name: string; readonly peer: TlsOptions; readonly is: string }[] = [
  {
    name: 'a Diffie-Hellman group of 1024 bits',
    peer: {
      ciphers: 'DHE:@SECLEVEL=0',
      maxVersion: 'TLSv1.2',
      // RFC 2409, section 6.2: the second Oakley group.
      dhparam: [
        '-----BEGIN DH PARAMETERS-----',
        'MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR',
        'Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL',
        '/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC',
        '-----END DH PARAMETERS-----',
      ].join('\n'),
    },
    is: "tls_cipher: the server's Diffie-Hellman group is too small",
  },
];

test.each(servers)('$name', async ({ peer: options, is }) => {
  const key = await authority.issue({
    names: ['localhost'],
    key: 'weak',
    notBefore: now - 86_400_000,
    notAfter: now + 86_400_000,
  });
  await using peer = await startTlsPeer({ ...key, ...options });
  const { reason, found } = await attempt(tls, `localhost:${peer.port}`, {});
  expect(`${reason}: ${found}`).toBe(is.replace(': ', ': a TLS error: '));
});

test('no code of OpenSSL is said as it is', () => {
  const said = (code: string) => tlsWords(Object.assign(new Error('words'), { code }));
  expect(['ERR_SSL_BAD_EXTENSION', 'ERR_OSSL_EVP_UNSUPPORTED', 'ERR_SSL_TLSV1_ALERT_NEW_KIND'].map(said)).toEqual([
    'OpenSSL says "bad extension"',
    'OpenSSL says "evp unsupported"',
    'the server sent the alert "new kind"',
  ]);
  expect(tlsFailure(new Error('of no kind'))).toEqual({ reason: 'tls_handshake', found: 'a TLS error: of no kind' });
});
