import type { z } from 'zod';
import { redactUrl, Secret } from '../../../stack/secret.ts';
import type { Outcome, Run } from '../../model.ts';
import { eachAddress } from '../../net/each-address.ts';
import { Failure } from '../../net/failure.ts';
import { formatHostPort } from '../../net/host-port.ts';
import { certificateMisfits, tlsWarnings } from '../certificate-options.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { authenticationMisfits, authorization } from './authentication.ts';
import { connectTo, endpoint } from './connection.ts';
import { Cookies } from './cookies.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { expectAnswer } from './expect.ts';
import { exchangeHttp2 } from './http2.ts';
import { credentials, httpOptions, httpValue } from './options.ts';
import { type HttpProxy, proxyAuthorization } from './proxy.ts';
import { redactor } from './redaction.ts';
import {
  type AddressGuard,
  chainWords,
  type Followed,
  followed,
  guardRedirect,
  type Hop,
  nextHop,
  redirectLimit,
  redirectOf,
} from './redirects.ts';
import { type Client, Tokens, tokenRequest } from './token.ts';
import { traitsOf } from './traits.ts';

type Options = z.output<typeof httpOptions>;

export const http = {
  kind: 'http' as const,
  describe: 'Sends one HTTP request on a fresh connection and judges the answer.',
  value: httpValue,
  options: httpOptions,
  metrics: [
    'probe_http_status_code',
    'probe_http_duration_seconds',
    'probe_http_redirects',
    'probe_http_version',
    'probe_ssl_earliest_cert_expiry',
  ],
  target: (url) => redactUrl(url.href),
  endpoints: (url: URL, { proxy }: Partial<Options> = {}) => [
    ...(proxy ? [{ host: proxy.host, port: proxy.port }] : []),
    endpoint(url),
  ],
  misfits,
  warnings: (_, options) => tlsWarnings(options),
  variants: (url, options) => [
    ...(url.protocol === 'https:' && options.trust === 'chain'
      ? [{ name: 'without verifying the certificate', options: { ...options, trust: 'any' as const } }]
      : []),
    ...(options.proxy ? [{ name: 'without the proxy', options: { ...options, proxy: undefined } }] : []),
  ],
  probe: (value, options, run) =>
    options.all_addresses ? everyAddress(value, options, run) : oneAddress(value, options, run),
} satisfies Prober<typeof httpValue, typeof httpOptions>;

async function everyAddress(value: URL, options: Options, run: Run): Promise<Outcome> {
  const recorder = new Recorder(redactor(value, options, run));
  const { host } = endpoint(value);
  try {
    return await eachAddress(host, options.ip, run, recorder, (own) => oneAddress(value, options, own));
  } catch (error) {
    return recorder.failed(error);
  }
}

async function oneAddress(value: URL, options: Options, run: Run): Promise<Outcome> {
  return (await ask(value, options, run)).outcome;
}

/** An attempt, and the answer where it passed. */
export interface Asked {
  readonly outcome: Outcome;
  readonly answer?: Exchanged;
}

/** What one request of several may know of the others. */
export interface Together {
  readonly cookies: Cookies;
  /** Masks what the others were told, but for what is shown all the same. */
  readonly hide: (text: string, isOpen: (value: string) => boolean) => string;
}

/** One attempt, as `http` makes it, for a prober that makes several: its answer is handed on. */
export function ask(value: URL, options: Options, run: Run, together?: Together): Promise<Asked> {
  const asking = options.oauth2 ? withToken(value, options, options.oauth2, run, together) : undefined;
  return asking ?? once(value, options, run, together);
}

async function once(value: URL, options: Options, run: Run, together?: Together): Promise<Asked> {
  const cookies = together?.cookies ?? (redirectLimit(options) > 0 ? new Cookies() : undefined);
  const recorder = recorderFor(value, options, run, together, cookies);
  try {
    const answer = await follow(value, options, run, recorder, cookies);
    const { phases } = recorder;
    traitsOf(answer, recorder);
    expectAnswer({ ...answer, durationMs: recorder.elapsedMs(), phases }, options.expect, recorder.hide);
    return { outcome: withPhases(recorder).pass(), answer };
  } catch (error) {
    return { outcome: withPhases(recorder).failed(error) };
  }
}

function recorderFor(
  value: URL,
  options: Options,
  run: Run,
  together: Together | undefined,
  cookies?: Cookies,
): Recorder {
  const masks = redactor(value, options, run);
  if (!together && !cookies) return new Recorder(masks);
  const { isOpen } = masks;
  const found = (text: string) => {
    const withoutCookies = cookies ? cookies.hide(text, isOpen) : text;
    return masks.found(together ? together.hide(withoutCookies, isOpen) : withoutCookies);
  };
  return new Recorder({ ...masks, found });
}

/** Only a cache of what the endpoints gave out. */
const tokens = new Tokens();

/** The time that the token takes is not the target's: it is in no phase, and not in the duration. */
async function withToken(
  value: URL,
  options: Options,
  client: Client,
  run: Run,
  together: Together | undefined,
): Promise<Asked> {
  const recorder = recorderFor(value, options, run, together);
  let token: string;
  try {
    token = await tokens.get(client, performance.now(), () => askForToken(client, options, run, recorder));
  } catch (error) {
    return { outcome: recorder.failed(ofTokenEndpoint(error)) };
  }
  const { oauth2: _, ...rest } = options;
  const asked = await once(value, { ...rest, bearer: new Secret(token) }, run, together);
  const refused = asked.outcome.samples.some(({ metric, value: status }) => metric === statusMetric && status === 401);
  if (refused) tokens.drop(client);
  return asked;
}

function askForToken(client: Client, options: Options, run: Run, recorder: Recorder): Promise<Exchanged> {
  const { oauth2: _, client_cert_file: _cert, client_key_file: _key, server_name: _name, ...rest } = options;
  // As forms have it (RFC 6749, section 2.3.1).
  const [user, password] = [client.client_id, client.client_secret.reveal()].map(encodeURIComponent);
  const headers = { 'content-type': new Secret('application/x-www-form-urlencoded') };
  const asking = { ...rest, headers, basic: { user: user ?? '', password: new Secret(password ?? '') } };
  const hop = { url: client.token_url, method: 'POST' as const, body: new Secret(tokenRequest(client)) };
  return request(hop, client.token_url, asking, run, recorder).then(({ answer }) => answer);
}

function ofTokenEndpoint(error: unknown): unknown {
  if (!(error instanceof Failure) || error.found.endsWith('from the token endpoint')) return error;
  return new Failure(error.reason, `${error.found}, of the token endpoint`, error.expected, { cause: error });
}

/** Time per phase over all hops. */
function withPhases(recorder: Recorder): Recorder {
  for (const [phase, ms] of recorder.phases) recorder.sample('probe_http_duration_seconds', ms / 1_000, { phase });
  return recorder;
}

async function follow(
  start: URL,
  options: Options,
  run: Run,
  recorder: Recorder,
  cookies: Cookies | undefined,
): Promise<Exchanged> {
  const limit = redirectLimit(options);
  const chain: Followed[] = [];
  let hop: Hop = {
    url: start,
    method: options.method,
    ...(options.body === undefined ? {} : { body: options.body }),
  };
  let guard: AddressGuard | undefined;
  for (;;) {
    const { answer, address } = await request(hop, start, options, run, recorder, cookies, guard);
    const location = redirectOf(answer);
    const ends = location === undefined || limit === 0;
    if (ends || chain.length >= limit) {
      recorder.sample(statusMetric, answer.status);
      if (options.http2 || options.expect.http_version) recorder.sample('probe_http_version', Number(answer.version));
      if (chain.length > 0) recorder.sample('probe_http_redirects', chain.length);
      if (ends) return answer;
      const times = (count: number) => `${count} redirect${count === 1 ? '' : 's'}`;
      throw new Failure('too_many_redirects', `one more after ${times(limit)}`, `at most ${times(limit)}`);
    }
    const next = nextHop(hop, answer.status, location, start);
    guard = guardRedirect({ url: hop.url, address }, next.url, start, options);
    hop = next;
    chain.push(followed(answer.status, hop));
    recorder.step(`redirect ${chain.length}: ${chainWords(chain.slice(-1))}`);
    recorder.trait('redirects', chainWords(chain));
    cookies?.ledTo(hop.url);
  }
}

const statusMetric = 'probe_http_status_code';

interface Answered {
  readonly answer: Exchanged;
  /** The address that was dialled; undefined where a proxy did it. */
  readonly address: string | undefined;
}

async function request(
  hop: Hop,
  start: URL,
  options: Options,
  run: Run,
  recorder: Recorder,
  cookies?: Cookies,
  guard?: AddressGuard,
): Promise<Answered> {
  const { url, method, body } = hop;
  using connection = await connectTo(url, start, options, run, recorder, guard);
  const { socket, isHttp2, proxy, address } = connection;
  const sent = {
    url,
    method,
    headers: headersFor(hop, start, options, cookies?.for(url), proxy, run, recorder.hide),
    bodyLimit: options.body_limit,
    isStrict: options.expect.strict,
    ...(proxy && { target: withoutUser(url) }),
    ...(body !== undefined && { body: body.reveal() }),
  };
  const answer = await (isHttp2 ? exchangeHttp2 : exchange)(socket, sent, run, recorder);
  if (proxy && answer.status === 407) {
    const name = formatHostPort(proxy.host, proxy.port);
    throw new Failure('proxy', `status 407 from the proxy ${name}`, `a way to ${url.host} through the proxy`);
  }
  if (answer.setCookies) cookies?.take(url, answer.setCookies);
  return { answer, address };
}

/** As a proxy is told it: user and password of a URL are a header, and its fragment is nobody's. */
function withoutUser(url: URL): string {
  return url.origin + url.pathname + url.search;
}

/** Secrets go to the origin that they were given for, never to where it redirects. */
function headersFor(
  { url, hasLostBody }: Hop,
  start: URL,
  options: Options,
  cookie: string | undefined,
  proxy: HttpProxy | undefined,
  { traceparent, variables }: Run,
  hide: (text: string) => string,
): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'watchpost', accept: '*/*' };
  if (options.compression) headers['accept-encoding'] = 'gzip, deflate, br';
  const said = proxy && proxyAuthorization(proxy);
  if (said !== undefined) headers['proxy-authorization'] = said;
  if (cookie !== undefined) headers.cookie = cookie;
  const isHome = url.origin === start.origin;
  const goes = (name: string) => (isHome ? !(hasLostBody && ofBody.test(name)) : ofChoice.test(name));
  const given = Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value.reveal()] as const);
  const sent = Object.fromEntries(given.filter(([name]) => goes(name)));
  if (!isHome) {
    // One that holds the value of a variable, or what a step has saved, may let somebody in.
    const isSecret = (value: string) =>
      hide(value) !== value || variables?.elsewhere.some((one) => value.includes(one.reveal()));
    for (const [name, value] of Object.entries(sent)) if (!isSecret(value)) headers[name] = value;
    return headers;
  }
  if (traceparent !== undefined) headers.traceparent = traceparent;
  const asked = start.username || start.password ? credentials(start) : undefined;
  if (asked) headers.authorization = `Basic ${Buffer.from(`${asked.user}:${asked.password}`).toString('base64')}`;
  const own = authorization(options);
  if (own !== undefined) headers.authorization = own;
  Object.assign(headers, sent);
  if (cookie !== undefined && headers.cookie !== cookie) headers.cookie += `; ${cookie}`;
  return headers;
}

/** Headers that choose among answers, and are nobody's secret. */
const ofChoice = /^(?:user-agent|accept(?:-.+)?)$/;
/** Headers that describe a body (RFC 9110, section 8.3 and on). */
const ofBody = /^content-/;

/** What asks for TLS of a URL that never leads to any. */
function misfits(url: URL, options: Options): readonly Misfit[] {
  const isPlain = url.protocol !== 'https:';
  const never = isPlain && !options.redirects;
  const speaksNew = options.expect.http_version === '2';
  const without = { why: 'an http:// URL has none', hint: 'write https://, or leave it out' };
  return [
    ...certificateMisfits(options, never ? without : undefined),
    ...(isPlain && !never ? certificateMisfits(ofClient(options), without) : []),
    ...authenticationMisfits(url, options),
    ...(never && options.http2
      ? [{ path: ['http2'], message: 'http2 is agreed on by TLS, and an http:// URL has none', hint: without.hint }]
      : []),
    ...(speaksNew && !options.http2
      ? [
          {
            path: ['expect', 'http_version'],
            message: 'HTTP/2 is not offered, so no answer has it',
            hint: 'write http2: true',
          },
        ]
      : []),
    ...(options.redirects_to && redirectLimit(options) === 0
      ? [
          {
            path: ['redirects_to'],
            message: 'redirects_to is about redirects, and none is followed here',
            hint: 'write redirects: 10, or leave it out',
          },
        ]
      : []),
    ...(options.proxy && options.all_addresses
      ? [
          {
            path: ['all_addresses'],
            message: 'the proxy resolves the name, so no address of it is known here',
            hint: 'leave one of the two out',
          },
        ]
      : []),
  ];
}

/** Of the certificates only what is shown to the origin of the URL: a redirect from http:// to https:// leads to another. */
function ofClient({ client_cert_file, client_key_file }: Options): Parameters<typeof certificateMisfits>[0] {
  return { client_cert_file, client_key_file, trust: 'chain', legacy_tls: false, expect: {} };
}
