import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;

describe('a request', () => {
  test('is sent exactly once, on one connection, to a peer that closes without answering', async () => {
    await using peer = await startFaultServer();
    await attempt(http, `http://127.0.0.1:${peer.port}/close-without-answer`, {});
    expect({ requests: peer.requests.length, accepted: peer.accepted() }).toEqual({ requests: 1, accepted: 1 });
  });

  test('is what the configuration says', async () => {
    await using peer = await startFaultServer();
    const options: Options = {
      method: 'POST',
      body: 'ping',
      headers: { 'X-Key': 'sesame', Host: 'panel.example.org' },
    };
    await attempt(http, `http://m%65:p%C3%A4ss@127.0.0.1:${peer.port}/ok?a=1#top`, options);
    expect(peer.requests[0]?.split('\r\n')).toEqual([
      'POST /ok?a=1 HTTP/1.1',
      'host: panel.example.org',
      'connection: close',
      'user-agent: watchpost',
      'accept: */*',
      `authorization: Basic ${Buffer.from('me:päss').toString('base64')}`,
      'x-key: sesame',
      'content-length: 4',
      '',
      'ping',
    ]);
  });

  test('is not sent at all where the URL cannot be sent', () => {
    for (const url of ['http://a:%zz@host/', 'ftp://host/', 'host:80', 'http://']) {
      expect({ url, taken: http.value.safeParse(url).success }).toEqual({ url, taken: false });
    }
    for (const headers of [{ 'a b': 'x' }, { 'Content-Length': '3' }, { x: 'a\r\nb: c' }]) {
      expect({ headers, taken: http.options.safeParse({ headers }).success }).toEqual({ headers, taken: false });
    }
  });

  const echoes: readonly { readonly name: string; readonly path?: string; readonly expect: Options['expect'] }[] = [
    { name: 'the body, in the text of an error', path: 'echo', expect: { status: 200 } },
    { name: 'the body', expect: { json: { body: '' } } },
    { name: 'the query', expect: { json: { query: '' } } },
    { name: 'user and password', expect: { json: { authorization: '' } } },
    { name: 'a token without its scheme', expect: { json: { 'x-token': '' } } },
    { name: 'a header of no known name', expect: { json: { 'x-key': '' } } },
    { name: 'all of it', expect: { json: { all: '' } } },
    { name: 'all of it, as text', expect: { body: 'ready' } },
    { name: 'the query, in a header', path: 'echo-header', expect: { headers: { 'x-echo': 'ready' } } },
  ];
  test.each(echoes)(
    'leaves no secret in the outcome where the target echoes $name',
    async ({ path, expect: wanted }) => {
      await using peer = await startFaultServer();
      const url = `http://me:sesame-1@127.0.0.1:${peer.port}/${path ?? 'echo-json'}?token=sesame-2`;
      const options: Options = {
        method: 'POST',
        body: 'sesame-3',
        headers: { 'X-Token': 'Bearer sesame-4', 'X-Key': 'sesame-5', accept: 'application/json' },
        expect: wanted,
      };
      const outcome = await attempt(http, url, options);
      expect(outcome.verdict).toBe('fail');
      expect(outcome.found).toContain('[redacted]');
      expect(JSON.stringify(outcome)).not.toMatch(/sesame|c2VzYW1l/);
      expect(peer.requests[0]).toContain('sesame-2');
      expect(http.target(http.value.parse(url))).toBe(
        `http://[redacted]@127.0.0.1:${peer.port}/${path ?? 'echo-json'}?token=[redacted]`,
      );
    },
  );

  test('leaves not even half a secret where a long text is cut off', async () => {
    await using peer = await startFaultServer();
    const body = 'sesame '.repeat(40);
    const outcome = await attempt(http, `http://127.0.0.1:${peer.port}/echo`, {
      method: 'POST',
      body,
      expect: { status: 500, body: 'ready' },
    });
    expect(outcome.found).toBe('a body that begins "you sent: [redacted]"');
  });

  test('is shown with the answer, without cookies and the query of a redirect', async () => {
    await using peer = await startFaultServer();
    const cookie = await attempt(http, `http://127.0.0.1:${peer.port}/set-cookie`, {});
    expect(cookie.steps.map(({ text }) => text)).toContain('< set-cookie: [redacted]');
    const redirect = await attempt(
      http,
      `http://127.0.0.1:${peer.port}/redirect-to?https://login/?code=sesame%26x=1`,
      {},
    );
    expect(redirect.steps.map(({ text }) => text)).toContain('< location: https://login/?code=[redacted]&x=[redacted]');
  });
});

describe('a redirect', () => {
  test('to another host takes neither credentials nor headers along', async () => {
    await using first = await startFaultServer();
    await using second = await startFaultServer();
    const options: Options = { headers: { authorization: 'Bearer sesame', 'X-Key': 'sesame' }, redirects: 1 };
    const url = `http://127.0.0.1:${first.port}/redirect-to?http://127.0.0.1:${second.port}/ok`;
    expect(judgement(await attempt(http, url, options))).toBe('pass');
    expect(first.requests[0]).toContain('sesame');
    expect(second.requests[0]?.split('\r\n')[0]).toBe('GET /ok HTTP/1.1');
    expect(second.requests[0]).not.toContain('sesame');
  });

  test('within the host takes them along, and is counted', async () => {
    await using peer = await startFaultServer();
    const options: Options = { headers: { authorization: 'Bearer sesame' }, redirects: 2 };
    const outcome = await attempt(http, `http://127.0.0.1:${peer.port}/redirect-to-ok`, options);
    expect(peer.requests.map((request) => request.includes('sesame'))).toEqual([true, true]);
    expect(outcome.samples).toContainEqual({ metric: 'probe_http_redirects', value: 1 });
  });

  test('of a body goes to the same host only', async () => {
    await using first = await startFaultServer();
    await using second = await startFaultServer();
    const options: Options = { method: 'PUT', body: 'sesame', redirects: 1 };
    const to = (port: number) => `http://127.0.0.1:${first.port}/redirect-keeping-body?http://127.0.0.1:${port}/ok`;
    expect(judgement(await attempt(http, to(first.port), options))).toBe('pass');
    expect(first.requests[1]).toMatch(/^PUT \/ok HTTP[\s\S]*sesame$/);
    expect(judgement(await attempt(http, to(second.port), options))).toBe(
      `fail protocol: found a redirect of the request body to 127.0.0.1:${second.port}, expected a redirect within 127.0.0.1:${first.port}`,
    );
    expect(second.requests).toEqual([]);
  });

  test('with 303 is fetched by GET, without a body', async () => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}/redirect-see-other?/ok`;
    expect(judgement(await attempt(http, url, { method: 'POST', body: 'ping', redirects: 1 }))).toBe('pass');
    expect(peer.requests[1]).toMatch(/^GET \/ok HTTP(?:(?!ping)[\s\S])*$/);
  });
});
