import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { createAuthority } from '../../testing/certificates.ts';
import { type Behaviour, type FaultServer, startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;
const dayMs = 86_400_000;

const cases: readonly {
  readonly name: string;
  readonly path: Behaviour;
  readonly options?: Options;
  readonly is: string;
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
    is: 'fail json: found a body that is no JSON: "I am fine", expected JSON',
  },
  {
    name: 'an empty body',
    path: 'empty-body',
    options: { expect: { body: 'ready' } },
    is: 'fail body: found an empty body, expected "ready" in the body',
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
    is: 'fail response_closed: found the connection closed before the answer, expected an HTTP answer',
  },
  {
    name: 'a reset before the answer',
    path: 'reset-before-answer',
    is: 'fail response_closed: found the connection reset before the answer, expected an HTTP answer',
  },
  {
    name: 'a close in the body',
    path: 'close-in-body',
    is: 'fail response_closed: found the connection closed in the middle of the answer, expected an HTTP answer',
  },
  {
    name: 'a status line that is none',
    path: 'bad-status-line',
    is: 'fail protocol: found an answer that is not HTTP (Response does not match the HTTP/1.1 protocol (Invalid status code)), expected an HTTP answer',
  },
  {
    name: 'another protocol',
    path: 'no-http',
    is: 'fail protocol: found an answer that is not HTTP (Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)), expected an HTTP answer',
  },
  {
    name: 'a body over the limit',
    path: 'large-body',
    options: { body_limit: 1_000 },
    is: 'fail body_too_large: found a body of more than 1000 bytes, expected at most 1000 bytes',
  },
  {
    name: 'a gzip bomb',
    path: 'gzip-bomb',
    is: 'fail body_too_large: found a body of more than 1048576 bytes, expected at most 1048576 bytes',
  },
  {
    name: 'gzip that is none',
    path: 'bad-gzip',
    is: 'fail protocol: found a compressed body that cannot be read, expected an HTTP answer',
  },
  {
    name: 'a redirect is the answer',
    path: 'redirect-to-ok',
    is: 'fail status: found status 302, expected status 2xx',
  },
  { name: 'a redirect is followed when asked', path: 'redirect-to-ok', options: { redirects: 1 }, is: 'pass' },
  {
    name: 'a redirect loop',
    path: 'redirect-loop',
    options: { redirects: 3 },
    is: 'fail too_many_redirects: found a redirect after 3, expected at most 3 redirects',
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
    is: 'fail protocol: found a redirect to something that is no web address, expected a redirect to http or https',
  },
];

describe('http', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(cases)('$name', async ({ path, options = {}, is }) => {
    const outcome = await attempt(http, `http://127.0.0.1:${server.port}/${path}`, options, { timeoutMs: 400 });
    expect(judgement(outcome)).toBe(is);
  });

  test('headers without end are cut off', async () => {
    const outcome = await attempt(http, `http://127.0.0.1:${server.port}/endless-headers`, {}, { timeoutMs: 2_000 });
    expect(outcome).toMatchObject({ verdict: 'fail', reason: 'protocol' });
  });

  test('a refused connection names the address', async () => {
    expect(judgement(await attempt(http, 'http://127.0.0.1:1/', {}))).toBe(
      'fail connect_refused: found connection refused by 127.0.0.1:1, expected an HTTP answer',
    );
  });

  test('a name that does not exist is the target failing', async () => {
    expect(await attempt(http, 'http://nowhere.invalid/', {})).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/^dns_/),
    });
  });

  test('exactly one request is sent to a peer that closes without answering', async () => {
    await using peer = await startFaultServer();
    await attempt(http, `http://127.0.0.1:${peer.port}/close-without-answer`, {});
    expect(peer.requests).toHaveLength(1);
  });

  test('what is configured is sent, and no secret is in the outcome', async () => {
    await using peer = await startFaultServer();
    const url = `http://me:sesame@127.0.0.1:${peer.port}/ok?token=sesame`;
    const options: Options = {
      method: 'POST',
      body: 'sesame',
      headers: { 'X-Key': 'sesame' },
      expect: { status: 500 },
    };
    const outcome = await attempt(http, url, options);
    expect(peer.requests[0]).toContain('POST /ok?token=sesame HTTP/1.1');
    expect(peer.requests[0]).toContain('x-key: sesame');
    expect(peer.requests[0]).toContain(`authorization: Basic ${Buffer.from('me:sesame').toString('base64')}`);
    expect(JSON.stringify(outcome)).not.toContain('sesame');
    expect(http.target(http.value.parse(url))).toBe(`http://[redacted]@127.0.0.1:${peer.port}/ok?token=[redacted]`);
  });

  test('credentials do not follow a redirect to another host', async () => {
    await using peer = await startFaultServer();
    const options: Options = { headers: { authorization: 'Bearer sesame' }, redirects: 1 };
    const overrides = new Map([['elsewhere', '127.0.0.1']]);
    await attempt(http, `http://elsewhere:${peer.port}/redirect-to-ok`, options, { overrides });
    expect(peer.requests.map((head) => head.includes('sesame'))).toEqual([true, true]);
    await attempt(http, `http://127.0.0.1:${peer.port}/ok`, options);
    expect(peer.requests[2]).toContain('sesame');
  });

  test('the phases that ran are there and no others, and together they are not longer than the whole', async () => {
    const plain = await attempt(http, `http://127.0.0.1:${server.port}/ok`, {});
    expect(phasesOf(plain)).toEqual(['resolve', 'connect', 'processing', 'transfer']);
    const refused = await attempt(http, 'http://127.0.0.1:1/', {});
    expect(phasesOf(refused)).toEqual([]);
    const sum = plain.samples.filter(isPhase).reduce((total, { value }) => total + value * 1_000, 0);
    expect(sum).toBeLessThanOrEqual(plain.durationMs);
  });

  describe('over TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-http-'));
    const caFile = join(folder, 'ca.pem');
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('a trusted certificate passes, and its expiry is a sample', async () => {
      const now = Date.now();
      const authority = await createAuthority('test', now);
      writeFileSync(caFile, authority.ca);
      const identity = await authority.issue({
        names: ['localhost'],
        notBefore: now - dayMs,
        notAfter: now + 90 * dayMs,
      });
      await using peer = await startFaultServer({ tls: identity });
      const outcome = await attempt(http, `https://localhost:${peer.port}/ok`, { ca_file: caFile });
      expect(judgement(outcome)).toBe('pass');
      expect(phasesOf(outcome)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
      const expiry = outcome.samples.find(({ metric }) => metric === 'probe_ssl_earliest_cert_expiry')?.value ?? 0;
      expect(Math.abs(expiry - (now + 90 * dayMs) / 1_000)).toBeLessThan(1);
    });
  });
});

function isPhase({ metric }: { readonly metric: string }): boolean {
  return metric === 'probe_http_duration_seconds';
}

function phasesOf(outcome: Awaited<ReturnType<typeof attempt>>): readonly (string | undefined)[] {
  return outcome.samples.filter(isPhase).map(({ labels }) => labels?.phase);
}
