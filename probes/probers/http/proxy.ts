import { request } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { reasons } from '../../../stack/reasons.ts';
import { Secret } from '../../../stack/secret.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { whenAborted } from '../../net/when-aborted.ts';
import type { Recorder } from '../recorder.ts';

/** A proxy that speaks HTTP/1.1. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
}

export const proxySchema = z
  .string()
  .transform((text, context): HttpProxy => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol === 'http:' && url.hostname && url.pathname === '/' && !url.search && !url.hash) {
      try {
        return {
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: Number(url.port) || 80,
          user: decodeURIComponent(url.username),
          password: new Secret(decodeURIComponent(url.password)),
        };
      } catch {
        // `%zz`: the message below says what is expected.
      }
    }
    context.addIssue({ code: 'custom', message: 'expected a proxy such as http://proxy.example.org:3128' });
    return z.NEVER;
  })
  .optional()
  .describe(
    'Proxy to go through: http://user:password@proxy.example.org:3128. It resolves the name of the target; its own trouble is the reason `proxy`.',
  );

/** What the proxy is told of who asks; undefined where it is nobody. */
export function proxyAuthorization({ user, password }: HttpProxy): string | undefined {
  if (!user && !password.reveal()) return undefined;
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`;
}

/** What went wrong on the way to the proxy is the proxy's, unless it is our own. */
export function ofProxy(error: unknown): unknown {
  if (!(error instanceof Failure) || reasons[error.reason].verdict !== 'fail') return error;
  return new Failure('proxy', `${error.found}, which is the proxy`, 'a way through the proxy', { cause: error });
}

/**
 * Has the proxy connect the socket with a host (`CONNECT`): what follows on it is between us and that host. Its time is a
 * part of the phase `connect`. Throws a `Failure`; the caller destroys the socket.
 */
export function tunnel(
  socket: Socket,
  proxy: HttpProxy,
  to: { readonly host: string; readonly port: number },
  run: Run,
  recorder: Recorder,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const target = formatHostPort(to.host, to.port);
  const name = formatHostPort(proxy.host, proxy.port);
  const fail = (found: string, cause?: unknown) =>
    reject(new Failure('proxy', found, `a way to ${target} through the proxy`, { cause }));
  const said = proxyAuthorization(proxy);
  const asking = request({
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(said !== undefined && { 'proxy-authorization': said }) },
    createConnection: () => socket,
  });
  asking
    .on('connect', ({ statusCode = 0 }, _, head) => {
      recorder.step(`the proxy ${name} answered ${statusCode} to CONNECT ${target}`);
      if (statusCode < 200 || statusCode > 299) fail(`status ${statusCode} from the proxy ${name}`);
      else if (head.length > 0) fail(`words from the proxy ${name} that nobody asked for`);
      else resolve();
    })
    .on('response', ({ statusCode }) => fail(`status ${statusCode} from the proxy ${name}`))
    .on('error', (error) => {
      const isParse = codeOf(error).startsWith('HPE_');
      fail(`${isParse ? 'an answer that is not HTTP' : 'a connection that was closed'} by the proxy ${name}`, error);
    })
    .end();
  const stopWaiting = whenAborted(run, () => {
    fail(`no answer from the proxy ${name} in ${sayDuration(run.timeoutMs)}`);
    asking.destroy();
  });
  return recorder.time('connect', () => promise).finally(stopWaiting);
}
