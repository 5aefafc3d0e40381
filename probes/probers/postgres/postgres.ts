import type { Socket } from 'node:net';
import { DatabaseError } from 'pg';
import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import type { Reason } from '../../../stack/reasons.ts';
import type { Run } from '../../model.ts';
import { dial } from '../../net/dial.ts';
import { Failure } from '../../net/failure.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { secure } from '../../net/secure.ts';
import { startTls } from '../../net/start-tls.ts';
import type { Awaited } from '../../net/while-open.ts';
import { certificateMisfits, secureOptions, tlsWarnings, uncheckedWarning } from '../certificate-options.ts';
import { credential, masksFor } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { expectAnswer } from './expect.ts';
import { type PostgresAddress, postgresOptions, postgresValue } from './options.ts';
import { type Answer, Session } from './session.ts';

type Options = z.output<typeof postgresOptions>;

export const postgres = {
  kind: 'postgres' as const,
  describe:
    'Logs in to a PostgreSQL server, runs a query in a transaction that may only read, unless told otherwise, and judges the answer.',
  value: postgresValue,
  options: postgresOptions,
  metrics: ['probe_postgres_duration_seconds', 'probe_ip_protocol', 'probe_ssl_earliest_cert_expiry'],
  target: ({ host, port, database }) => `postgres://${formatHostPort(host, port)}/${encodeURIComponent(database)}`,
  endpoints: ({ host, port }) => [{ host, port }],
  misfits,
  warnings: ({ sslMode }, options) =>
    sslMode === 'require' ? [uncheckedWarning('sslmode=require')] : tlsWarnings(options),
  variants: (value, options) =>
    trustOf(value, options) === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : [],
  async probe(value, options, run) {
    const password = (options.password ?? value.password)?.reveal() ?? '';
    const recorder = new Recorder(masksFor([credential(password)], run, options));
    let socket: Socket | undefined;
    let session: Session | undefined;
    try {
      const dialled = await dial(value, options.ip, 'a PostgreSQL server', run, recorder);
      socket = dialled.socket;
      recorder.sample('probe_ip_protocol', dialled.address.family);
      recorder.trait('address', dialled.address.address);
      const trust = trustOf(value, options);
      if (trust !== undefined)
        socket = await recorder.time('tls', () => secured(dialled.socket, value, options, run, recorder));
      session = new Session(socket, { ...value, password }, run);
      const answer = await converse(session, value, options, run, recorder);
      expectAnswer({ ...answer, durationMs: recorder.elapsedMs() }, options.expect, recorder.hide);
      return withPhases(recorder).pass();
    } catch (error) {
      return withPhases(recorder).failed(error);
    } finally {
      // Where the time is over the peer may well take nothing any more.
      if (session && !run.signal.aborted) session.close();
      else socket?.destroy();
    }
  },
} satisfies Prober<typeof postgresValue, typeof postgresOptions>;

function withPhases(recorder: Recorder): Recorder {
  for (const [phase, ms] of recorder.phases) recorder.sample('probe_postgres_duration_seconds', ms / 1_000, { phase });
  return recorder;
}

async function secured(
  socket: Socket,
  value: PostgresAddress,
  options: Options,
  run: Run,
  recorder: Recorder,
): Promise<Socket> {
  recorder.step('> SSLRequest');
  await startTls(socket, 'postgres', value.host, run, recorder);
  const wanted = { ...secureOptions(value.host, options), trust: trustOf(value, options) ?? 'chain' };
  return secure(socket, wanted, run, recorder);
}

async function converse(
  session: Session,
  value: PostgresAddress,
  options: Options,
  run: Run,
  recorder: Recorder,
): Promise<Answer> {
  await recorder.time('login', () => login(session, value, recorder));
  return recorder.time('query', () => ask(session, options, run, recorder));
}

async function login(session: Session, { user, database }: PostgresAddress, recorder: Recorder): Promise<void> {
  const expected = `a login as ${user} to ${database}`;
  recorder.step(`> login as ${user} to ${database}`);
  try {
    await session.login({ what: 'end of the login', expected });
  } catch (error) {
    throw loginFailure(error, expected);
  }
  const version = session.serverVersion;
  if (version === undefined) return;
  recorder.step(`logged in to PostgreSQL ${version}`);
  recorder.trait('version', version);
}

async function ask(session: Session, options: Options, run: Run, recorder: Recorder): Promise<Answer> {
  const awaited = { what: 'answer to the query', expected: 'an answer to the query' };
  if (options.transaction && !isShow(options.sql)) await begin(session, awaited, run, recorder);
  else recorder.step('no transaction: read-only is not enforced, and the server is not told the time that is left');
  try {
    recorder.step(`> ${options.sql}`);
    const answer = await session.query(options.sql, awaited);
    recorder.step(`${answer.rows} row${answer.rows === 1 ? '' : 's'}`);
    return answer;
  } catch (error) {
    throw queryFailure(error, awaited.expected, run);
  }
}

async function begin(session: Session, awaited: Awaited, run: Run, recorder: Recorder): Promise<void> {
  // Where we are gone the server must not go on: it is told when that will be.
  const leftMs = Math.max(1, Math.ceil(run.timeoutMs - recorder.elapsedMs()));
  recorder.step('> begin read only');
  try {
    await session.query(`begin read only; set local statement_timeout = ${leftMs}`, awaited);
  } catch (error) {
    const failed = queryFailure(error, awaited.expected, run);
    // A pooler by statement, or something that only speaks like PostgreSQL.
    const expected = 'a transaction that may only read (transaction: false leaves it out)';
    throw failed instanceof Failure && failed.reason === 'query'
      ? failure('query', failed.found, expected, error)
      : failed;
  }
}

/** SHOW alone changes nothing, and is all that the console of pgbouncer answers. */
function isShow(sql: string): boolean {
  return /^\s*show\s[^;]*;?\s*$/i.test(sql);
}

/** The server is there, and takes nobody in: too many connections, starting up, shutting down. */
const notServing: ReadonlySet<string> = new Set(['53300', '57P01', '57P02', '57P03']);

/** Codes that poolers have for everything that they say themselves, so that only the words tell more. */
const poolerCodes: ReadonlySet<string> = new Set(['08P01', '08000', '08006', '58000', 'XX000']);

/** A pooler has no connection left for us, or none to the server. The words of pgbouncer, Odyssey, PgCat and Supavisor. */
const poolerIsFull =
  /too many (?:\w+ )*(?:clients|connections)|no more connections|max(?:imum)? (?:\w+ )*(?:clients|connections)|query_wait_timeout|client_login_timeout|server_login_retry|connect failed|could not get connection|cannot connect to server|(?:shutting down|starting up)/i;

/** How much of a message is looked through: a stranger may send one of a megabyte. */
const longestWords = 300;

function isNotServing(code: string, message: string): boolean {
  return notServing.has(code) || (poolerCodes.has(code) && poolerIsFull.test(message.slice(0, longestWords)));
}

function loginFailure(error: unknown, expected: string): unknown {
  if (error instanceof DatabaseError && error.code) {
    // Class 53: memory, or a limit of the configuration, is used up. Of a query that is its own doing, of a login it is not.
    const isShort = error.code.startsWith('53');
    const reason = isShort || isNotServing(error.code, error.message) ? 'not_serving' : 'login';
    return failure(reason, `${error.message} (${error.code})`, expected, error);
  }
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof Failure) return error;
  // The words of pg's own SASL client.
  if (said.endsWith('client password must be a non-empty string')) {
    return failure('login', 'a server that asks for a password', expected, error);
  }
  return failure('protocol', `a login that broke off (${said})`, expected, error);
}

function queryFailure(error: unknown, expected: string, run: Run): unknown {
  if (error instanceof Failure) return error;
  if (!(error instanceof DatabaseError) || !error.code) {
    const said = error instanceof Error ? error.message : String(error);
    return failure('protocol', `an answer that cannot be read (${said})`, expected, error);
  }
  // The server's own clock was a little faster than ours: the same end of the time that we gave it.
  if (error.code === '57014' && error.message.includes('statement timeout')) {
    return failure('response_timeout', `no answer to the query in ${sayDuration(run.timeoutMs)}`, expected, error);
  }
  const reason = isNotServing(error.code, error.message) ? 'not_serving' : 'query';
  return failure(reason, `${error.message} (${error.code})`, expected, error);
}

function failure(reason: Reason, found: string, expected: string, cause: unknown): Failure {
  return new Failure(reason, found, expected, { cause });
}

/** How the certificate is to be judged; undefined where there is to be no TLS. */
function trustOf({ sslMode }: PostgresAddress, options: Options): 'chain' | 'any' | 'unchecked' | undefined {
  if (sslMode === 'require') return 'unchecked';
  if (sslMode === 'verify-full') return options.trust;
  return options.tls && sslMode !== 'disable' ? options.trust : undefined;
}

function misfits(value: PostgresAddress, options: Options): readonly Misfit[] {
  const found: Misfit[] = [];
  const { sslMode } = value;
  if (value.password && options.password) {
    found.push({ path: ['password'], message: 'there is a password in the URL too', hint: 'leave one of them out' });
  }
  if (sslMode !== undefined && options.tls !== undefined && options.tls !== (sslMode !== 'disable')) {
    const message = `tls: ${options.tls} contradicts sslmode=${sslMode} of the URL`;
    found.push({ path: ['tls'], message, hint: 'leave one of them out' });
  }
  const trust = trustOf(value, options);
  const hint = 'write tls: true, or sslmode=verify-full in the URL, or leave it out';
  const without =
    trust === undefined
      ? { why: 'without TLS there is none', hint }
      : sslMode === 'require'
        ? { why: 'sslmode=require looks at none', hint }
        : undefined;
  return [...found, ...certificateMisfits(options, without)];
}
