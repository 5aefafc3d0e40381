import type { Socket } from 'node:net';
import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import type { Reason } from '../../../stack/reasons.ts';
import { dial } from '../../net/dial.ts';
import { Failure, oneLine } from '../../net/failure.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { secure } from '../../net/secure.ts';
import { certificateMisfits, secureOptions, tlsWarnings } from '../certificate-options.ts';
import { credential, masksFor } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { ValueMatcher } from '../value-matcher.ts';
import { Connection } from './connection.ts';
import { type RedisAddress, redisOptions, redisValue } from './options.ts';
import { type Reply, ReplyError } from './replies.ts';

type Options = z.output<typeof redisOptions>;

const expected = 'a Redis server';

export const redis = {
  kind: 'redis' as const,
  describe: 'Logs in to a Redis or Valkey server where it has a password, sends a command, and judges the reply.',
  value: redisValue,
  options: redisOptions,
  metrics: ['probe_redis_duration_seconds', 'probe_ip_protocol', 'probe_ssl_earliest_cert_expiry'],
  target: ({ host, port, tls, database }) =>
    `${tls ? 'rediss' : 'redis'}://${formatHostPort(host, port)}${database ? `/${database}` : ''}`,
  endpoints: ({ host, port }) => [{ host, port }],
  misfits,
  warnings: (_, options) => tlsWarnings(options),
  variants: (value, options) =>
    value.tls && options.trust === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : [],
  async probe(value, options, run) {
    const password = (options.password ?? value.password)?.reveal();
    const recorder = new Recorder(masksFor([credential(password)], run, options));
    let socket: Socket | undefined;
    try {
      const dialled = await dial(value, options.ip, expected, run, recorder);
      socket = dialled.socket;
      recorder.sample('probe_ip_protocol', dialled.address.family);
      recorder.trait('address', dialled.address.address);
      if (value.tls) {
        const wanted = secureOptions(value.host, options);
        socket = await recorder.time('tls', () => secure(dialled.socket, wanted, run, recorder));
      }
      const connection = new Connection(socket, run);
      const { database } = value;
      if (password !== undefined || database > 0) {
        const user = options.username ?? value.user;
        await recorder.time('login', () => login(connection, { user, password, database }, recorder));
      }
      await recorder.time('query', () => converse(connection, options, recorder));
      expectInTime(recorder.elapsedMs(), options.expect.within);
      return withPhases(recorder).pass();
    } catch (error) {
      return withPhases(recorder).failed(error);
    } finally {
      socket?.destroy();
    }
  },
} satisfies Prober<typeof redisValue, typeof redisOptions>;

function withPhases(recorder: Recorder): Recorder {
  for (const [phase, ms] of recorder.phases) recorder.sample('probe_redis_duration_seconds', ms / 1_000, { phase });
  return recorder;
}

interface Login {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

async function login(connection: Connection, { user, password, database }: Login, recorder: Recorder): Promise<void> {
  if (password !== undefined) {
    const who = user === undefined ? 'a login with the password' : `a login as ${user}`;
    recorder.step(user === undefined ? '> AUTH' : `> AUTH ${user}`);
    const words = ['AUTH', ...(user === undefined ? [] : [user]), password];
    const reply = await connection.ask(words, who);
    if (reply instanceof ReplyError) throw refused(reply, who, 'login');
  }
  if (database === 0) return;
  const number = `database ${database}`;
  recorder.step(`> SELECT ${database}`);
  const reply = await connection.ask(['SELECT', String(database)], number);
  if (reply instanceof ReplyError) throw refused(reply, number, 'query');
}

async function converse(connection: Connection, { command, expect }: Options, recorder: Recorder): Promise<void> {
  const isPing = command.length === 1 && command[0]?.toUpperCase() === 'PING';
  const wanted = expect.reply ?? (isPing ? ValueMatcher.literal('PONG') : undefined);
  const reply = await ask(connection, command, wanted ? `the reply ${say(wanted)}` : 'a reply', recorder);
  const text = textOf(reply);
  recorder.step(`< ${text}`);
  const [, version] = /^(?:redis|valkey)_version:(\S+)/m.exec(text) ?? [];
  if (version !== undefined) recorder.trait('version', version);
  if (wanted && !fits(reply, text, wanted)) {
    const found = reply === null && wanted.isOfPresence ? 'no value' : `the reply ${quote(recorder.hide(text))}`;
    throw new Failure('answer', found, `the reply ${say(wanted)}`);
  }
  if (expect.role === undefined) return;
  const role = await ask(connection, ['ROLE'], `a ${expect.role}`, recorder);
  const word = textOf(Array.isArray(role) ? (role[0] ?? null) : role);
  // The protocol keeps the old word.
  const found = word === 'slave' ? 'replica' : word;
  recorder.step(`< ${found}`);
  recorder.trait('role', found);
  if (found !== expect.role) throw new Failure('answer', `the role ${quote(found)}`, `the role "${expect.role}"`);
}

/** Nothing is null and absent, and as a text it is empty. */
function fits(reply: Reply, text: string, wanted: ValueMatcher): boolean {
  if (reply !== null) return wanted.matchesText(text);
  return wanted.matchesText(null) || (!wanted.isOfPresence && wanted.matchesText(''));
}

async function ask(
  connection: Connection,
  command: readonly string[],
  wanted: string,
  recorder: Recorder,
): Promise<Exclude<Reply, ReplyError>> {
  const [name = '', ...rest] = command;
  // What follows may be a key or a value: nobody else's business.
  recorder.step(`> ${name}${rest.length > 0 ? ' …' : ''}`);
  const reply = await connection.ask(command, wanted);
  if (reply instanceof ReplyError) throw refused(reply, wanted, 'query');
  return reply;
}

/** By the first word of an error; the others are the given reason's. */
const byCode: ReadonlyMap<string, Reason> = new Map([
  ['NOAUTH', 'login'],
  ['WRONGPASS', 'login'],
  ['DENIED', 'login'],
  ['LOADING', 'not_serving'],
  ['MASTERDOWN', 'not_serving'],
  ['CLUSTERDOWN', 'not_serving'],
  ['BUSY', 'not_serving'],
]);

function refused(error: ReplyError, wanted: string, reason: Reason): Failure {
  const full = error.words.startsWith('ERR max number of clients') ? 'not_serving' : undefined;
  return new Failure(full ?? byCode.get(error.code) ?? reason, error.words, wanted);
}

function expectInTime(tookMs: number, within: number | undefined): void {
  if (within === undefined || tookMs <= within) return;
  throw new Failure('slow', `a reply after ${sayDuration(tookMs)}`, `a reply within ${sayDuration(within)}`);
}

/** A list is its elements, each on a line of its own, as redis-cli prints it where nobody looks. */
function textOf(reply: Reply): string {
  if (reply === null) return '';
  if (typeof reply === 'string') return reply;
  if (reply instanceof ReplyError) return reply.words;
  return reply.map(textOf).join('\n');
}

function say(wanted: ValueMatcher): string {
  return wanted.words((value) => quote(String(value)));
}

function quote(text: string): string {
  const line = oneLine(text);
  return `"${line.length > 60 ? `${line.slice(0, 59).replace(/[\ud800-\udbff]$/, '')}…` : line}"`;
}

function misfits(value: RedisAddress, options: Options): readonly Misfit[] {
  const twice = { hint: 'leave one of them out' };
  const found: Misfit[] = [];
  if (value.password && options.password) {
    found.push({ path: ['password'], message: 'there is a password in the URL too', ...twice });
  }
  if (value.user && options.username) {
    found.push({ path: ['username'], message: 'there is a user in the URL too', ...twice });
  }
  if (options.username !== undefined && !options.password && !value.password) {
    const message = 'there is a user, and no password for it';
    found.push({ path: ['username'], message, hint: 'write password beside it, or leave it out' });
  }
  const without = { why: 'without rediss:// there is none', hint: 'write rediss://, or leave it out' };
  return [...found, ...certificateMisfits(options, value.tls ? undefined : without)];
}
