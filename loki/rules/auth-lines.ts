/** How programs say that somebody was not let in, in RE2's syntax. */
const patterns = [
  // OpenSSH.
  String.raw`\bFailed (?:password|publickey|keyboard-interactive\S*) for `,
  String.raw`\bInvalid user \S* ?from `,
  // sudo, su and whoever else asks PAM; sshd has said it above.
  String.raw`\bpam_unix\((?:su|sudo|su-l|login|cockpit|polkit-1)\S*:auth\): authentication failure`,
  // Mail: Postfix and Dovecot.
  String.raw`\bSASL \S+ authentication failed`,
  String.raw`\bauth failed, \d+ attempts`,
  // nginx, with passwords of its own.
  String.raw`\buser "[^"]*"(?:: password mismatch| was not found in )`,
  // PostgreSQL, MySQL.
  String.raw`\bpassword authentication failed for user`,
  String.raw`\bAccess denied for user '`,
] as const;

export const authFailure = patterns.join('|');

const address = String.raw`(?P<address>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})`;

/** Who it was, as each of them writes it. */
export const authFailureFrom = String.raw`(?: from |\brhost=|\brip=|\bclient: |\w\[|@')${address}`;

/** Fail2Ban has shut somebody out. What it restores when it starts, it had told of before. */
export const ban = String.raw`\[[\w.-]+\] Ban \S`;
export const bannedAddress = String.raw`\[(?P<jail>[\w.-]+)\] Ban ${address}`;
