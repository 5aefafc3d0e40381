import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Outcome } from '../../model.ts';
import { type Behaviour, type FaultServer, startFaultServer } from '../../testing/fault-server.ts';
import { ownTime } from '../../testing/own-time.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;

const cases: readonly {
  readonly name: string;
  readonly path: Behaviour;
  readonly query?: string;
  readonly options?: Options;
  readonly timeoutMs?: number;
  readonly is: string | RegExp;
}[] = [
  { name: 'a 200 passes', path: 'ok', is: 'pass' },
  { name: 'a 204 without a body passes', path: 'no-content', is: 'pass' },
  { name: 'a compressed body is read', path: 'ok-gzip', options: { expect: { body: 'compressed' } }, is: 'pass' },
  {
    name: 'JSON by path, also into lists',
    path: 'ok',
    options: { expect: { json: { status: 'ready', 'data.items.0.id': 7 } } },
    is: 'pass',
  },
  {
    name: 'a header that holds the text',
    path: 'ok',
    options: { expect: { headers: { 'X-Version': '1.4' } } },
    is: 'pass',
  },
  { name: 'HEAD has no body to wait for', path: 'no-content', options: { method: 'HEAD' }, is: 'pass' },
  { name: 'a status of a list', path: 'status-503', options: { expect: { status: [200, 503] } }, is: 'pass' },
  {
    name: 'a wrong status, with a short body',
    path: 'status-503',
    is: 'fail status: found status 503 (database is away), expected status 2xx',
  },
  {
    name: 'a wrong status, without a page of HTML',
    path: 'status-500-html',
    options: { expect: { status: 200 } },
    is: 'fail status: found status 500, expected status 200',
  },
  {
    name: 'a wrong JSON value',
    path: 'starting',
    options: { expect: { json: { status: 'ready' } } },
    is: 'fail json: found json status = "starting", expected json status = "ready"',
  },
  {
    name: 'a JSON path that leads nowhere',
    path: 'ok',
    options: { expect: { json: { 'data.none': true } } },
    is: 'fail json: found json data.none = nothing, expected json data.none = true',
  },
  {
    name: 'a path along the prototype',
    path: 'ok',
    options: { expect: { json: { 'constructor.name': 'Object' } } },
    is: 'fail json: found json constructor.name = nothing, expected json constructor.name = "Object"',
  },
  {
    name: 'a body that is no JSON',
    path: 'not-json',
    options: { expect: { json: { status: 'ready' } } },
    is: 'fail json: found a body that begins "I am fine", which is no JSON, expected JSON',
  },
  {
    name: 'an empty body',
    path: 'empty-body',
    options: { expect: { body: 'ready' } },
    is: 'fail body: found an empty body, expected a body with "ready"',
  },
  {
    name: 'a header that is not there',
    path: 'ok',
    options: { expect: { headers: { 'x-none': '' } } },
    is: 'fail header: found no header x-none, expected a header x-none',
  },
  {
    name: 'text of the target cannot break a line',
    path: 'hostile-text',
    options: { expect: { json: { status: 'ready' } } },
    is: 'fail json: found json status = "\\u0007\\n<!channel> ", expected json status = "ready"',
  },
  {
    name: 'no answer',
    path: 'hang-before-headers',
    is: 'fail response_timeout: found no answer in 400 ms, expected an HTTP answer',
  },
  {
    name: 'headers that never end',
    path: 'drip-headers',
    is: 'fail response_timeout: found no answer in 400 ms, expected an HTTP answer',
  },
  {
    name: 'a body that stops',
    path: 'hang-in-body',
    is: 'fail body_timeout: found a body that did not end in 400 ms, expected an HTTP answer',
  },
  {
    name: 'a body that drips',
    path: 'drip',
    is: 'fail body_timeout: found a body that did not end in 400 ms, expected an HTTP answer',
  },
  {
    name: 'a close without an answer',
    path: 'close-without-answer',
    is: 'fail response_closed: found a connection that was closed before the answer, expected an HTTP answer',
  },
  {
    name: 'a reset before the answer',
    path: 'reset-before-answer',
    is: 'fail response_closed: found a connection that was reset before the answer, expected an HTTP answer',
  },
  {
    name: 'a close in the body',
    path: 'close-in-body',
    is: 'fail response_closed: found a connection that was closed in the middle of the answer, expected an HTTP answer',
  },
  {
    name: 'a status line that is none',
    path: 'bad-status-line',
    is: 'fail protocol: found an answer that is not HTTP (Invalid status code), expected an HTTP answer',
  },
  {
    name: 'another protocol',
    path: 'no-http',
    is: 'fail protocol: found an answer that is not HTTP (Expected HTTP/, RTSP/ or ICE/), expected an HTTP answer',
  },
  {
    name: 'a body over the limit',
    path: 'large-body',
    options: { body_limit: 1_000 },
    is: 'fail body_too_large: found a body of more than 1000 bytes, expected a body of at most 1000 bytes',
  },
  {
    name: 'a gzip bomb',
    path: 'gzip-bomb',
    // Unpacking it is work, and others want the processor too.
    timeoutMs: 1_500,
    is: 'fail body_too_large: found a body of more than 1048576 bytes, expected a body of at most 1048576 bytes',
  },
  {
    name: 'gzip that is none',
    path: 'bad-gzip',
    is: 'fail protocol: found a compressed body that cannot be read (gzip), expected an HTTP answer',
  },
  {
    name: 'a redirect is the answer where none is followed',
    path: 'redirect-to-ok',
    options: { redirects: 0 },
    is: 'fail status: found status 302, expected status 2xx',
  },
  { name: 'a redirect is followed', path: 'redirect-to-ok', is: 'pass' },
  {
    name: 'a redirect loop',
    path: 'redirect-loop',
    options: { redirects: 3 },
    is: 'fail too_many_redirects: found one more after 3 redirects, expected at most 3 redirects',
  },
  { name: 'early hints are not the answer', path: 'early-hints', options: { expect: { body: 'ready' } }, is: 'pass' },
  { name: 'a chunked body with trailers', path: 'chunked', options: { expect: { body: '/^ready$/' } }, is: 'pass' },
  { name: 'a 304 has no body', path: 'not-modified', options: { expect: { status: 304 } }, is: 'pass' },
  {
    name: 'a header that matches an expression, whatever its case',
    path: 'ok',
    options: { expect: { headers: { 'X-Version': '/^1\\.[0-9]/' }, body: ['/READY/i', 'items'] } },
    is: 'pass',
  },
  {
    name: 'a header that does not match',
    path: 'ok',
    options: { expect: { headers: { 'X-Version': '/^2\\./' } } },
    is: 'fail header: found header X-Version = "1.4.2", expected header X-Version with /^2\\./',
  },
  {
    name: 'a header with another text',
    path: 'ok',
    options: { expect: { headers: { 'X-Version': '2.0' } } },
    is: 'fail header: found header X-Version = "1.4.2", expected header X-Version with "2.0"',
  },
  {
    name: 'a body that does not match an expression',
    path: 'not-json',
    options: { expect: { body: '/ready|ok/' } },
    is: 'fail body: found a body that begins "I am fine", expected a body with /ready|ok/',
  },
  {
    name: 'the second of two texts is missing',
    path: 'not-json',
    options: { expect: { body: ['fine', 'ready'] } },
    is: 'fail body: found a body that begins "I am fine", expected a body with "ready"',
  },
  {
    name: 'a body that says it is UTF-16',
    path: 'no-utf8',
    options: { expect: { body: 'ready' } },
    is: 'fail body: found a body that begins "\u8000", expected a body with "ready"',
  },
  {
    name: 'an answer that comes too late, but in time',
    path: 'slow',
    query: '150',
    options: { expect: { within: '100ms' } },
    is: /^fail slow: found an answer after \d{3} ms, expected an answer within 100 ms$/,
  },
  {
    name: 'the status counts before the time',
    path: 'status-503',
    options: { expect: { status: 200, within: '1ms' } },
    is: 'fail status: found status 503 (database is away), expected status 200',
  },
  {
    name: 'a chunk that is none',
    path: 'bad-chunk',
    is: 'fail protocol: found an answer that is not HTTP (Invalid character in chunk size), expected an HTTP answer',
  },
  {
    name: 'a chunked body without an end',
    path: 'half-chunked',
    is: 'fail response_closed: found a connection that was closed in the middle of the answer, expected an HTTP answer',
  },
  {
    name: 'two lengths',
    path: 'two-lengths',
    is: 'fail protocol: found an answer that is not HTTP (Content-Length twice, 1 and 2), expected an HTTP answer',
  },
  {
    name: 'a switch of protocols',
    path: 'upgrade',
    is: 'fail protocol: found a switch to another protocol that nobody asked for, expected an HTTP answer',
  },
  {
    name: 'a compressed body that stops',
    path: 'hang-in-gzip',
    is: 'fail body_timeout: found a body that did not end in 400 ms, expected an HTTP answer',
  },
  {
    name: 'a reset in the body',
    path: 'reset-in-body',
    is: 'fail response_closed: found a connection that was reset in the middle of the answer, expected an HTTP answer',
  },
  {
    name: 'a redirect without an address',
    path: 'redirect-nowhere',
    options: { redirects: 3 },
    is: 'fail status: found status 302, expected status 2xx',
  },
  {
    name: 'a redirect to a file',
    path: 'redirect-to-file',
    options: { redirects: 3 },
    is: 'fail protocol: found a redirect to something else, expected a redirect to an http or https address',
  },
];

describe('http', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(cases)('$name', async ({ path, query = '', options = {}, timeoutMs = 400, is }) => {
    const took = await ownTime(async () => {
      const outcome = await attempt(http, `http://127.0.0.1:${server.port}/${path}?${query}`, options, {
        timeoutMs,
      });
      expect(judgement(outcome)).toEqual(typeof is === 'string' ? is : expect.stringMatching(is));
    });
    expect(took).toBeLessThan(timeoutMs + 50);
  });

  test('headers without end are cut off', async () => {
    const outcome = await attempt(http, `http://127.0.0.1:${server.port}/endless-headers`, {}, { timeoutMs: 2_000 });
    expect(judgement(outcome)).toBe('fail protocol: found headers of more than 64 KiB, expected an HTTP answer');
  });

  test('a refused connection names the address', async () => {
    expect(judgement(await attempt(http, 'http://127.0.0.1:1/', {}))).toBe(
      'fail connect_refused: found connection refused by 127.0.0.1:1, expected an HTTP answer',
    );
  });

  test('a peer that closes at accept, and one that resets', async () => {
    await using closing = await startFaultServer({ atAccept: 'close' });
    expect(await attempt(http, `http://127.0.0.1:${closing.port}/`, {})).toMatchObject({ reason: 'response_closed' });
    await using resetting = await startFaultServer({ atAccept: 'reset' });
    expect(await attempt(http, `http://127.0.0.1:${resetting.port}/`, {})).toMatchObject({
      // Whether the reset is there before the connection is used, the network decides.
      reason: expect.stringMatching(/^(?:connect_reset|response_closed)$/),
    });
  });

  test('an expression that would take other engines years takes no time', async () => {
    const options: Options = { expect: { body: '/^(x+x+)+y$/' } };
    const outcome = await attempt(http, `http://127.0.0.1:${server.port}/large-body`, options, { timeoutMs: 1_000 });
    expect(outcome).toMatchObject({ verdict: 'fail', reason: 'body' });
    expect(outcome.durationMs).toBeLessThan(1_000);
  });

  test('the phases that ran are there and no others, and together they are not longer than the whole', async () => {
    const named = await attempt(http, `http://localhost:${server.port}/ok`, {});
    expect(phasesOf(named)).toEqual(['resolve', 'connect', 'processing', 'transfer']);
    const sum = named.samples.filter(isPhase).reduce((total, { value }) => total + value * 1_000, 0);
    expect(sum).toBeLessThanOrEqual(named.durationMs);
    const address = await attempt(http, `http://127.0.0.1:${server.port}/ok`, {});
    expect(phasesOf(address)).toEqual(['connect', 'processing', 'transfer']);
    expect(phasesOf(await attempt(http, 'http://127.0.0.1:1/', {}))).toEqual(['connect']);
  });

  test('a phase that hangs is where the time went', async () => {
    const url = `http://127.0.0.1:${server.port}/hang-before-headers`;
    const { samples } = await attempt(http, url, {}, { timeoutMs: 150 });
    const processing = samples.find(({ labels }) => labels?.phase === 'processing')?.value ?? 0;
    expect(processing).toBeGreaterThan(0.1);
  });

  test('a slow answer is time in processing, and nowhere else', async () => {
    const { samples } = await attempt(http, `http://127.0.0.1:${server.port}/slow?120`, {});
    const ms = Object.fromEntries(samples.filter(isPhase).map(({ labels, value }) => [labels?.phase, value * 1_000]));
    expect(ms.processing).toBeGreaterThan(115);
    expect((ms.resolve ?? 0) + (ms.connect ?? 0) + (ms.transfer ?? 0)).toBeLessThan(60);
  });
});

function isPhase({ metric }: { readonly metric: string }): boolean {
  return metric === 'probe_http_duration_seconds';
}

function phasesOf(outcome: Outcome): readonly (string | undefined)[] {
  return outcome.samples.filter(isPhase).map(({ labels }) => labels?.phase);
}
