import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { fatalLine, harmlessLine } from './fatal-lines.ts';

const found = (regex: string, line: string) => RE2JS.compile(regex).matcher(line).find();
const isFatal = (line: string) => found(fatalLine, line) && !found(harmlessLine, line);

/** Lines as the programs write them. */
const fatalLines = [
  { of: 'Go', line: 'panic: runtime error: invalid memory address or nil pointer dereference' },
  { of: 'Go, the runtime itself', line: 'fatal error: all goroutines are asleep - deadlock!' },
  { of: 'zap', line: '{"level":"fatal","ts":1795402800.25,"msg":"cannot listen"}' },
  { of: 'pino', line: '{"level":60,"time":1795402800250,"pid":17,"msg":"giving up"}' },
  { of: 'logfmt', line: 'ts=2026-11-23T03:00:00Z level=fatal msg="cannot listen"' },
  { of: 'log4j', line: '2026-11-23 03:00:00,250 FATAL [main] org.example.Main - cannot start' },
  { of: 'the JVM', line: 'java.lang.OutOfMemoryError: Java heap space' },
  {
    of: 'Node, its heap',
    line: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  },
  { of: 'Node, a promise', line: '[UnhandledPromiseRejection: This error originated either by throwing]' },
  { of: 'Node, its event', line: "process.on('unhandledRejection'): TypeError: x is not a function" },
  { of: 'Node, a throw', line: 'Uncaught Exception: Error: listen EADDRINUSE' },
  { of: 'Rust', line: "thread 'main' panicked at src/main.rs:4:5:" },
  { of: 'the kernel', line: 'Out of memory: Killed process 4711 (node) total-vm:1234kB' },
  { of: 'a shell', line: 'Segmentation fault (core dumped)' },
  { of: 'PHP', line: 'PHP Fatal error:  Uncaught Error: Call to undefined function x()' },
  { of: 'PostgreSQL, the whole server', line: '2026-11-23 03:00:00 UTC [17] PANIC:  could not write to file' },
];

const otherLines = [
  { of: 'PostgreSQL, one session', line: 'FATAL:  password authentication failed for user "panel"' },
  { of: 'an error', line: '{"level":"error","msg":"the database does not answer"}' },
  { of: 'a field that is no level', line: '{"level":"info","fatal":false,"msg":"checked"}' },
  { of: 'a warning of pino', line: '{"level":40,"time":1795402800250,"msg":"slow"}' },
  { of: 'a path', line: 'GET /static/panic-button.js 200' },
  { of: 'a word', line: 'level=info msg="not fatal, trying again"' },
  { of: 'memory that is there', line: 'memory: 120 MB of 512 MB' },
];

describe('a line that says that a process gives up', () => {
  test.each(fatalLines)('is known of $of', ({ line }) => {
    expect(isFatal(line)).toBe(true);
  });

  test.each(otherLines)('is not $of', ({ line }) => {
    expect(isFatal(line)).toBe(false);
  });
});
