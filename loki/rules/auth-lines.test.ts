import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { authFailure, authFailureFrom, ban, bannedAddress } from './auth-lines.ts';

const found = (regex: string, line: string) => RE2JS.compile(regex).matcher(line).find();
function group(regex: string, line: string, name: string): string | undefined {
  const matcher = RE2JS.compile(regex).matcher(line);
  return matcher.find() ? (matcher.group(name) ?? undefined) : undefined;
}

/** Lines as the programs write them, and whom they are about. */
const failures = [
  { of: 'OpenSSH', line: 'Failed password for root from 203.0.113.7 port 51122 ssh2', from: '203.0.113.7' },
  {
    of: 'OpenSSH, IPv6',
    line: 'Failed password for invalid user bob from 2001:db8::7 port 1 ssh2',
    from: '2001:db8::7',
  },
  { of: 'OpenSSH, nobody', line: 'Invalid user  from 203.0.113.7 port 51122', from: '203.0.113.7' },
  {
    of: 'sudo',
    line: 'pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 ruser=bob rhost=  user=bob',
    from: undefined,
  },
  {
    of: 'Postfix',
    line: 'warning: unknown[203.0.113.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6',
    from: '203.0.113.7',
  },
  {
    of: 'Dovecot',
    line: 'imap-login: Disconnected (auth failed, 3 attempts in 12 secs): user=<bob>, method=PLAIN, rip=203.0.113.7, lip=10.0.0.1',
    from: '203.0.113.7',
  },
  {
    of: 'nginx',
    line: '[error] 7#7: *1 user "bob": password mismatch, client: 203.0.113.7, server: shop.example.org',
    from: '203.0.113.7',
  },
  { of: 'PostgreSQL', line: 'FATAL:  password authentication failed for user "panel"', from: undefined },
  { of: 'MySQL', line: "Access denied for user 'root'@'203.0.113.7' (using password: YES)", from: '203.0.113.7' },
];

describe('a line that says that somebody was not let in', () => {
  test.each(failures)('is known of $of, and from where', ({ line, from }) => {
    expect({ known: found(authFailure, line), from: group(authFailureFrom, line, 'address') }).toEqual({
      known: true,
      from,
    });
  });

  test.each([
    'Accepted publickey for bob from 203.0.113.7 port 51122 ssh2',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root',
    'pam_unix(sudo:session): session opened for user root(uid=0) by bob(uid=1000)',
    'GET /login?failed=password 200',
  ])('is not: %s', (line) => {
    expect(found(authFailure, line)).toBe(false);
  });
});

describe('a line that says that Fail2Ban shut somebody out', () => {
  const line = '2026-11-28 03:00:00,250 fail2ban.actions        [617]: NOTICE  [sshd] Ban 203.0.113.7';

  test('is known, with address and jail', () => {
    expect(found(ban, line)).toBe(true);
    expect([group(bannedAddress, line, 'jail'), group(bannedAddress, line, 'address')]).toEqual([
      'sshd',
      '203.0.113.7',
    ]);
    expect(group(bannedAddress, line.replace('203.0.113.7', '2001:db8::7'), 'address')).toBe('2001:db8::7');
  });

  test.each(['Unban', 'Restore Ban', 'Found'])('is not one with the word %s', (word) => {
    expect(found(ban, line.replace('Ban', word))).toBe(false);
  });
});
