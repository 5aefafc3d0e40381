import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { HttpPhase } from '../../../stack/metrics.ts';
import { redactUrl } from '../../../stack/secret.ts';
import type { Run } from '../../model.ts';
import { dial } from '../../net/dial.ts';
import { Failure } from '../../net/failure.ts';
import { secure } from '../../net/secure.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { expectAnswer } from './expect.ts';
import { httpOptions, httpValue } from './options.ts';

type Options = z.output<typeof httpOptions>;

export const http: Prober<typeof httpValue, typeof httpOptions> = {
  kind: 'http',
  describe: 'Sends one HTTP request on a fresh connection and judges the answer.',
  value: httpValue,
  options: httpOptions,
  metrics: [
    'probe_http_status_code',
    'probe_http_duration_seconds',
    'probe_http_redirects',
    'probe_ssl_earliest_cert_expiry',
  ],
  target: (url) => redactUrl(url.href),
  endpoint,
  async probe(value, options, run) {
    const recorder = new Recorder();
    const phases = new Phases();
    try {
      const answer = await follow(value, options, run, recorder, phases);
      expectAnswer({ ...answer, durationMs: recorder.elapsedMs() }, options.expect);
      return phases.into(recorder).pass();
    } catch (error) {
      return phases.into(recorder).failed(error);
    }
  },
};

/** Time per phase over all hops; a phase that did not run is not there. */
class Phases {
  readonly #ms = new Map<HttpPhase, number>();

  add(phase: HttpPhase, ms: number): void {
    this.#ms.set(phase, (this.#ms.get(phase) ?? 0) + ms);
  }

  into(recorder: Recorder): Recorder {
    for (const [phase, ms] of this.#ms) {
      recorder.step(`${phase} took ${ms.toFixed(1)} ms`);
      recorder.sample('probe_http_duration_seconds', ms / 1_000, { phase });
    }
    return recorder;
  }
}

async function follow(start: URL, options: Options, run: Run, recorder: Recorder, phases: Phases): Promise<Exchanged> {
  let url = start;
  let { method } = options;
  for (let hop = 0; ; hop++) {
    const answer = await request(url, method, start, options, run, recorder, phases);
    const location = answer.headers.location?.[0];
    const redirects = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
    if (!redirects || options.redirects === 0) {
      recorder.sample('probe_http_status_code', answer.status);
      if (hop > 0) recorder.sample('probe_http_redirects', hop);
      return answer;
    }
    if (hop >= options.redirects) {
      recorder.sample('probe_http_status_code', answer.status);
      throw new Failure('too_many_redirects', `a redirect after ${hop}`, `at most ${options.redirects} redirects`);
    }
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
    if (!next || !/^https?:$/.test(next.protocol)) {
      throw new Failure('protocol', 'a redirect to something that is no web address', 'a redirect to http or https');
    }
    // RFC 9110, section 15.4: 303 is fetched by GET, and by custom so are 301 and 302 after a POST.
    if (answer.status === 303 || (answer.status < 303 && method === 'POST'))
      method = method === 'HEAD' ? 'HEAD' : 'GET';
    url = next;
  }
}

async function request(
  url: URL,
  method: Options['method'],
  start: URL,
  options: Options,
  run: Run,
  recorder: Recorder,
  phases: Phases,
): Promise<Exchanged> {
  let socket: Socket | undefined;
  try {
    const { host, port } = endpoint(url);
    const dialled = await dial({ host, port }, options.ip, 'an HTTP answer', run, recorder);
    socket = dialled.socket;
    phases.add('resolve', dialled.resolveMs);
    phases.add('connect', dialled.connectMs);
    if (url.protocol === 'https:') {
      const began = recorder.elapsedMs();
      socket = await secure(
        dialled.socket,
        {
          name: (url.host === start.host ? options.server_name : undefined) ?? host,
          trust: options.trust,
          alpn: ['http/1.1'],
          ...(options.ca_file === undefined ? {} : { caFile: options.ca_file }),
          ...(options.expect.valid_for === undefined ? {} : { validForMs: options.expect.valid_for }),
        },
        run,
        recorder,
      ).catch((error: unknown) => {
        dialled.socket.destroy();
        throw error;
      });
      phases.add('tls', recorder.elapsedMs() - began);
    }
    const body = method === options.method ? options.body?.reveal() : undefined;
    const answer = await exchange(
      socket,
      {
        url,
        method,
        headers: headersFor(url, start, options),
        bodyLimit: options.body_limit,
        ...(body === undefined ? {} : { body }),
      },
      run,
      recorder,
    );
    phases.add('processing', answer.processingMs);
    phases.add('transfer', answer.transferMs);
    return answer;
  } finally {
    socket?.destroy();
  }
}

/** Secrets go to the host that they were given for, never to where it redirects. */
function headersFor(url: URL, start: URL, options: Options): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'watchpost', accept: '*/*' };
  if (url.origin !== start.origin) return headers;
  if (start.username || start.password) {
    const pair = `${decodeURIComponent(start.username)}:${decodeURIComponent(start.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = value.reveal();
  return headers;
}

function endpoint(url: URL): { readonly host: string; readonly port: number } {
  // An IPv6 address stands in brackets in a URL and without them everywhere else.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}
