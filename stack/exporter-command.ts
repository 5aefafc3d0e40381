import type { ComponentCommand } from './arguments.ts';
import type { Exporter, ExporterTls, NginxTarget, PostgresTarget, RedisTarget } from './exporters.ts';
import type { Surroundings } from './surroundings.ts';

/** What an exporter is started with. No secret is in it: only where each comes from. */
export interface ExporterCommand extends ComponentCommand {
  /** Variables of its environment that are made of others, those of whoever starts the stack. */
  readonly fromVariables: Readonly<Record<string, readonly (string | { readonly variable: string })[]>>;
  /** Variables of its environment whose values lie in files that it cannot read by itself: a shell does. */
  readonly fromFiles: Readonly<Record<string, string>>;
}

/** Less than Prometheus waits for an answer (4 s): a server that hangs must read as down, not as an exporter that is. */
const patience = '3s';
const patienceSeconds = 3;

/**
 * Command line and environment of an exporter, for both ways of running.
 * @param listen `host:port`
 */
export function exporterCommand(
  { target }: Exporter,
  listen: string,
  surroundings: Pick<Surroundings, 'secret'>,
): ExporterCommand {
  const nothing = { env: {}, fromVariables: {}, fromFiles: {} };
  switch (target.kind) {
    case 'postgres':
      return {
        ...nothing,
        args: [`--web.listen-address=${listen}`, `--collection-timeout=${patience}`],
        ...postgres(target, surroundings),
      };
    case 'redis':
      return { ...nothing, ...redis(target, listen, surroundings) };
    case 'nginx':
      return { ...nothing, args: nginx(target, listen, surroundings) };
    default:
      throw new Error(`no exporter for ${JSON.stringify(target satisfies never)}`);
  }
}

/** The shell's part: it reads the files and becomes the program, which is given as `$0` with its arguments. */
export function readingFiles(fromFiles: ExporterCommand['fromFiles']): string {
  const reads = Object.entries(fromFiles).map(([name, file]) => `${name}="$(cat ${quoted(file)})" && export ${name}`);
  return [...reads, 'exec "$0" "$@"'].join(' && ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

type Parts = Partial<Pick<ExporterCommand, 'env' | 'fromVariables' | 'fromFiles'>>;

function postgres(target: PostgresTarget, { secret }: Pick<Surroundings, 'secret'>): Parts {
  const { username, database, password, tls } = target;
  const parameters = new URLSearchParams({
    sslmode: sslMode(tls),
    connect_timeout: String(patienceSeconds),
    application_name: 'postgres_exporter',
    ...(tls?.caFile !== undefined && { sslrootcert: secret(tls.caFile) }),
  });
  const uri = `${authority(target)}/${encodeURIComponent(database)}?${parameters}`;
  if (password && 'variable' in password && password.inUrl) {
    const user = encodeURIComponent(username);
    return { fromVariables: { DATA_SOURCE_NAME: [`postgresql://${user}:`, password, `@${uri}`].map(plain) } };
  }
  return {
    env: {
      DATA_SOURCE_URI: uri,
      DATA_SOURCE_USER: username,
      ...(password && 'file' in password && { DATA_SOURCE_PASS_FILE: secret(password.file) }),
    },
    ...(password && 'variable' in password && { fromVariables: { DATA_SOURCE_PASS: [plain(password)] } }),
  };
}

/** `require` is TLS whatever the certificate, as libpq has it. */
function sslMode(tls: ExporterTls | undefined): string {
  if (!tls) return 'disable';
  return tls.verify ? 'verify-full' : 'require';
}

function redis(
  target: RedisTarget,
  listen: string,
  { secret }: Pick<Surroundings, 'secret'>,
): Parts & Pick<ExporterCommand, 'args'> {
  const { username, password, tls } = target;
  const scheme = tls ? 'rediss' : 'redis';
  const args = [
    `--web.listen-address=${listen}`,
    `--connection-timeout=${patience}`,
    // It would log in anywhere for whoever asks.
    '--disable-scrape-endpoint',
    '--redis-only-metrics',
    ...(tls && !tls.verify ? ['--skip-tls-verification'] : []),
    ...(tls?.caFile === undefined ? [] : [`--tls-ca-cert-file=${secret(tls.caFile)}`]),
  ];
  if (password && 'variable' in password && password.inUrl) {
    const user = encodeURIComponent(username ?? '');
    const address = [`${scheme}://${user}:`, password, `@${authority(target)}`];
    return { args, fromVariables: { REDIS_ADDR: address.map(plain) } };
  }
  return {
    args,
    env: { REDIS_ADDR: `${scheme}://${authority(target)}`, ...(username !== undefined && { REDIS_USER: username }) },
    // Its own REDIS_PASSWORD_FILE is a JSON map from addresses to passwords.
    ...(password && 'file' in password && { fromFiles: { REDIS_PASSWORD: secret(password.file) } }),
    ...(password && 'variable' in password && { fromVariables: { REDIS_PASSWORD: [plain(password)] } }),
  };
}

function nginx(
  { statusUrl, tls }: NginxTarget,
  listen: string,
  { secret }: Pick<Surroundings, 'secret'>,
): readonly string[] {
  return [
    `--web.listen-address=${listen}`,
    `--nginx.scrape-uri=${statusUrl}`,
    `--nginx.timeout=${patience}`,
    ...(tls && !tls.verify ? ['--no-nginx.ssl-verify'] : []),
    ...(tls?.caFile === undefined ? [] : [`--nginx.ssl-ca-cert=${secret(tls.caFile)}`]),
  ];
}

function authority({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function plain(piece: string | { readonly variable: string }): string | { readonly variable: string } {
  return typeof piece === 'string' ? piece : { variable: piece.variable };
}
