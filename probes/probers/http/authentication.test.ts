import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Run } from '../../model.ts';
import { createResolver } from '../../net/resolve.ts';
import { type FaultServer, startFaultServer } from '../../testing/fault-server.ts';
import { attempt, emptyMemory, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;

/** The token is kept for the options, which the schedule gives to each run anew: `attempt` would parse them again. */
function aRun(): Run {
  return {
    signal: AbortSignal.timeout(2_000),
    timeoutMs: 2_000,
    resolve: createResolver({ overrides: new Map() }),
    memory: emptyMemory(),
    now: Date.now,
  };
}

describe('http says who asks', () => {
  let peer: FaultServer;
  beforeAll(async () => {
    peer = await startFaultServer();
  });
  afterAll(() => peer[Symbol.asyncDispose]());

  const at = (path: string) => `http://127.0.0.1:${peer.port}${path}`;
  const client = (path: string) => ({ token_url: at(path), client_id: 'probe', client_secret: 'pass:word' });
  const authorizations = (from: number) =>
    peer.requests.slice(from).map((text) => /^authorization: (.*)$/m.exec(text)?.[1]?.trim());

  const given: readonly { readonly name: string; readonly options: Options; readonly header: string }[] = [
    {
      name: 'by user and password',
      options: { basic: { user: 'Aladdin', password: 'open sesame' } },
      header: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    },
    { name: 'by a token', options: { bearer: 'abc.def' }, header: 'Bearer abc.def' },
  ];
  test.each(given)('$name, to the origin of the URL alone', async ({ options, header }) => {
    await using other = await startFaultServer();
    const from = peer.requests.length;
    const away = at(`/redirect-to?http://127.0.0.1:${other.port}/ok`);
    expect(judgement(await attempt(http, away, { ...options, redirects: 1 }))).toBe('pass');
    expect(authorizations(from)).toEqual([header]);
    expect(other.requests.join()).not.toContain('authorization');
  });

  test('by a token that it asks for once, with the client as its user, and keeps', async () => {
    const from = peer.requests.length;
    const options = httpOptions.parse({ oauth2: { ...client('/token'), scopes: ['read', 'ping'] } });
    const run = () => http.probe(new URL(at('/ok')), options, aRun());
    expect(judgement(await run())).toBe('pass');
    expect(judgement(await run())).toBe('pass');
    expect(authorizations(from)).toEqual([
      `Basic ${Buffer.from('probe:pass%3Aword').toString('base64')}`,
      'Bearer open-sesame',
      'Bearer open-sesame',
    ]);
    expect(peer.requests[from]).toContain('POST /token HTTP/1.1');
    expect(peer.requests[from]).toMatch(/\r\n\r\ngrant_type=client_credentials&scope=read\+ping$/);
  });

  test('with a new token after the target has refused the old one', async () => {
    const from = peer.requests.length;
    const options = httpOptions.parse({ oauth2: client('/token') });
    const run = () => http.probe(new URL(at('/status-401')), options, aRun());
    expect((await run()).reason).toBe('status');
    expect((await run()).reason).toBe('status');
    const paths = peer.requests.slice(from).map((text) => text.split(' ')[1]);
    expect(paths).toEqual(['/token', '/status-401', '/token', '/status-401']);
  });

  const refused: readonly { readonly name: string; readonly token: string; readonly is: string }[] = [
    {
      name: 'refuses',
      token: '/token-refused',
      is: 'fail status: found status 401 from the token endpoint, expected a token from the token endpoint',
    },
    {
      name: 'gives none',
      token: '/token-missing',
      is: 'fail json: found an answer without access_token from the token endpoint, expected a token from the token endpoint',
    },
    {
      name: 'is no HTTP server',
      token: '/no-http',
      is: 'fail protocol: found an answer that is not HTTP (Expected HTTP/, RTSP/ or ICE/), of the token endpoint, expected an HTTP answer',
    },
  ];
  test.each(refused)('and says so where the token endpoint $name', async ({ token, is }) => {
    const from = peer.requests.length;
    expect(judgement(await attempt(http, at('/ok'), { oauth2: client(token) }))).toBe(is);
    expect(peer.requests.slice(from)).toHaveLength(1);
  });

  test('and shows no secret, not even where the target echoes all of it', async () => {
    for (const options of [...given.map((one) => one.options), { oauth2: client('/token') }]) {
      const outcome = await attempt(http, at('/echo-json'), { ...options, expect: { json: { method: 'none' } } });
      const said = JSON.stringify(outcome);
      expect(outcome.verdict).toBe('fail');
      for (const secret of ['sesame', 'abc.def', 'pass:word', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ']) {
        expect(said).not.toContain(secret);
      }
    }
  });

  test('in one way only', () => {
    const url = new URL('http://user:word@panel/');
    const options = httpOptions.parse({ bearer: 'abc', basic: { user: 'a', password: 'b' } });
    expect(http.misfits(url, options).map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      'basic: basic and user and password in the URL both say who asks, and one request can say only one',
      'bearer: bearer and user and password in the URL both say who asks, and one request can say only one',
    ]);
    expect(http.misfits(new URL('http://panel/'), httpOptions.parse({ bearer: 'abc' }))).toEqual([]);
  });
});
