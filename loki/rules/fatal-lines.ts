/** How processes say that they cannot go on: one pattern for each family of runtimes, in RE2's syntax. */
const patterns = [
  // Go, and its loggers.
  String.raw`\bpanic:`,
  String.raw`\b[Ff]atal error:`,
  // A level: as a word, in JSON (60 is pino's), in logfmt.
  String.raw`\bFATAL\b`,
  String.raw`"level": ?(?:"(?i:fatal|d?panic|emerg|emergency)"|60\b)`,
  String.raw`\blevel=(?i:fatal|d?panic|emerg|emergency)\b`,
  // The JVM, Node, the kernel.
  String.raw`(?i:\bout ?of ?memory)`,
  // Node.
  '(?i:unhandled ?(?:promise ?)?rejection|uncaught ?exception)',
  // Rust.
  String.raw`\bthread '[^']*' panicked at`,
  // C, and whoever watches it end.
  String.raw`(?i:segmentation fault)|\bSIGSEGV\b|\bcore dumped\b`,
  // PostgreSQL: the whole server.
  String.raw`\bPANIC: `,
] as const;

export const fatalLine = patterns.join('|');

/** PostgreSQL's word for a session that was refused or ended, a password that is wrong among them. */
export const harmlessLine = String.raw`\bFATAL:  `;
