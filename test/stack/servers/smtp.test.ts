import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import type { smtpOptions } from '../../../probes/probers/smtp/options.ts';
import { smtp } from '../../../probes/probers/smtp/smtp.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';
import { missing } from '../../support/found.ts';
import { type Server, startServer } from '../../support/servers.ts';

const lacking = missing(['servers']);
const dayMs = 86_400_000;

const cases: readonly {
  readonly name: string;
  readonly port?: 25 | 465;
  readonly options?: z.input<typeof smtpOptions>;
  /** The authority of the certificate is trusted. */
  readonly trusted?: true;
  readonly is: RegExp;
}[] = [
  {
    name: 'a greeting, and what is offered',
    options: { expect: { banner: 'ESMTP Postfix', capabilities: ['PIPELINING', 'SIZE', 'STARTTLS'] } },
    is: /^pass$/,
  },
  {
    name: 'a capability that it has not',
    options: { expect: { capabilities: ['XCLIENT'] } },
    is: /^fail answer: found a server that does not offer XCLIENT, expected XCLIENT$/,
  },
  { name: 'STARTTLS', options: { starttls: true, expect: { valid_for: '21d' } }, trusted: true, is: /^pass$/ },
  {
    name: 'STARTTLS with an authority that is not trusted',
    options: { starttls: true },
    is: /^fail certificate_untrusted: /,
  },
  { name: 'TLS from the first byte', port: 465, options: { tls: true }, trusted: true, is: /^pass$/ },
  {
    name: 'TLS where it does not begin so',
    options: { tls: true },
    is: /^fail tls_handshake: .*the port does not speak TLS/,
  },
  { name: 'words where TLS is awaited', port: 465, is: /^fail response_(?:timeout|closed): / },
  { name: 'a recipient', options: { rcpt_to: 'postmaster@mail.test' }, is: /^pass$/ },
  {
    name: 'a recipient after STARTTLS',
    options: { starttls: true, mail_from: 'monitor@mail.test', rcpt_to: 'root@mail.test' },
    trusted: true,
    is: /^pass$/,
  },
  {
    name: 'a recipient that is not there',
    options: { rcpt_to: 'nobody-of-that-name@mail.test' },
    is: /^fail status: found 550 5\.1\.1 <nobody-of-that-name@mail\.test>: .*User unknown.*, expected 250 to mail for nobody-of-that-name@mail\.test$/,
  },
  {
    name: 'a recipient of others: it is no open relay',
    options: { rcpt_to: 'somebody@example.org' },
    is: /^fail status: found (?:454|554) .*Relay access denied, expected 250 to mail for somebody@example\.org$/,
  },
  {
    name: 'a login where none is offered',
    options: { username: 'monitor', password: 'sesame' },
    is: /^fail login: found a server that offers no login, expected AUTH PLAIN or LOGIN$/,
  },
  {
    name: 'a name that it does not take',
    options: { ehlo: '-', rcpt_to: 'postmaster@mail.test' },
    is: /^fail status: found 504 .*need fully-qualified hostname/,
  },
];

describe.skipIf(lacking)(`Postfix${lacking ? ` (${lacking})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-smtp-'));
  const caFile = join(folder, 'ca.pem');
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  let server: Server;

  beforeAll(async () => {
    const now = Date.now();
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({ names: ['mail'], notBefore: now - dayMs, notAfter: now + 90 * dayMs });
    writeFileSync(caFile, authority.ca);
    server = cleanup.use(
      await startServer({
        command: `set -e
          cat /main.cf > /etc/postfix/main.cf
          cat /key.pem /cert.pem > /etc/postfix/chain.pem
          echo 'postmaster: root' > /etc/aliases; newaliases
          postconf -M 'smtps/inet=smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes'
          postconf -F '*/*/chroot=n'
          exec postfix start-fg`,
        files: {
          '/key.pem': identity.key,
          '/cert.pem': identity.cert,
          '/main.cf': [
            'compatibility_level = 3.6',
            'myhostname = mail.test',
            'mydestination = mail.test',
            'mynetworks = 127.0.0.0/8',
            'maillog_file = /dev/stdout',
            'alias_maps = hash:/etc/aliases',
            'alias_database = hash:/etc/aliases',
            'smtpd_tls_chain_files = /etc/postfix/chain.pem',
            'smtpd_tls_security_level = may',
            'smtpd_helo_restrictions = reject_non_fqdn_helo_hostname',
            '',
          ].join('\n'),
        },
        ports: [25, 465],
        ready: { command: 'bash -c "exec 3<>/dev/tcp/127.0.0.1/25; head -c 3 <&3"' },
      }),
    );
  });
  afterAll(() => cleanup.disposeAsync());

  test.each(cases)('$name', async ({ port = 25, options = {}, trusted, is }) => {
    const outcome = await attempt(
      smtp,
      `mail:${server.port(port)}`,
      { ...options, ...(trusted && { ca_file: caFile }) },
      { overrides: new Map([['mail', server.host]]), timeoutMs: 3_000 },
    );
    expect(judgement(outcome)).toMatch(is);
  });

  test('it hears a good-bye, and no message', async () => {
    // No other test is content with a sender alone: its line in the log is told by that.
    const options = { starttls: true, mail_from: 'monitor@mail.test', trust: 'any' } as const;
    const value = `mail:${server.port(25)}`;
    const outcome = await attempt(smtp, value, options, { overrides: new Map([['mail', server.host]]) });
    expect(judgement(outcome)).toBe('pass');
    await expect
      .poll(() => server.logs())
      .toMatch(/disconnect from \S+ ehlo=2 starttls=1 mail=1 rset=1 quit=1 commands=6$/m);
    expect(server.logs()).not.toMatch(/lost connection after (?:QUIT|RSET|MAIL)/);
  });
});
