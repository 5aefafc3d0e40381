import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { startZoneServer, type ZoneRecord, type ZoneServer } from '../../net/name-server-for-test.ts';
import { createResolver } from '../../net/resolve.ts';
import { type FaultServer, startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import { httpOptions } from './options.ts';

type Options = z.input<typeof httpOptions>;

/** `/hops?3` leads over three redirects to an answer. */
function at(port: number, path: string, host = '127.0.0.1'): string {
  return `http://${host}:${port}${path}`;
}

describe('without a word about redirects', () => {
  let peer: FaultServer;
  beforeAll(async () => {
    peer = await startFaultServer();
  });
  afterAll(() => peer[Symbol.asyncDispose]());

  const cases: readonly {
    readonly name: string;
    readonly path: string;
    readonly options: Options;
    readonly is: string;
  }[] = [
    { name: 'GET follows one', path: '/redirect-to-ok', options: { expect: { body: 'ready' } }, is: 'pass' },
    { name: 'HEAD follows one', path: '/redirect-to-ok', options: { method: 'HEAD' }, is: 'pass' },
    { name: 'GET follows ten', path: '/hops?10', options: { expect: { body: 'ready' } }, is: 'pass' },
    {
      name: 'GET follows no more than ten',
      path: '/hops?11',
      options: {},
      is: 'fail too_many_redirects: found one more after 10 redirects, expected at most 10 redirects',
    },
    {
      name: 'POST follows none',
      path: '/redirect-to-ok',
      options: { method: 'POST' },
      is: 'fail status: found status 302, expected status 2xx',
    },
    {
      name: 'the redirect is the answer where its status is expected',
      path: '/redirect-to-ok',
      options: { expect: { status: 302 } },
      is: 'pass',
    },
    {
      name: 'the redirect is the answer where every status that is expected is one',
      path: '/redirect-to-ok',
      options: { expect: { status: [301, '3xx'] } },
      is: 'pass',
    },
    {
      name: 'a redirect is followed where another status is expected as well',
      path: '/redirect-to-ok',
      options: { expect: { status: ['3xx', 200], body: 'ready' } },
      is: 'pass',
    },
    {
      name: 'the redirect is the answer where its target is expected',
      path: '/redirect-to-ok',
      options: { expect: { status: ['2xx', '3xx'], headers: { Location: '/ok' } } },
      is: 'pass',
    },
    {
      name: 'the redirect is the answer where another target is forbidden',
      path: '/redirect-to-ok',
      options: { expect: { status: ['2xx', '3xx'], not_headers: { location: '/ok' } } },
      is: 'fail header: found header location = "/ok", expected header location without "/ok"',
    },
  ];
  test.each(cases)('$name', async ({ path, options, is }) => {
    expect(judgement(await attempt(http, at(peer.port, path), options))).toBe(is);
  });

  test('the last answer is judged, and the redirects are counted', async () => {
    const outcome = await attempt(http, at(peer.port, '/redirect-to?/status-503'), {});
    expect(judgement(outcome)).toBe('fail status: found status 503 (database is away), expected status 2xx');
    expect(outcome.samples).toContainEqual({ metric: 'probe_http_redirects', value: 1 });
  });

  test('the chain is shown in the steps and the traits, without queries', async () => {
    const outcome = await attempt(http, at(peer.port, '/redirect-to?/hops%3F1'), {});
    const chain = ['/hops?1', '/hops?0'].map((path) => `302 to ${at(peer.port, path)}=[redacted]`);
    const steps = outcome.steps.map(({ text }) => text).filter((text) => text.startsWith('redirect '));
    expect(steps).toEqual(chain.map((words, i) => `redirect ${i + 1}: ${words}`));
    expect(outcome.traits?.redirects).toBe(chain.join(', '));
  });

  test('redirects: 0 follows none', async () => {
    expect(judgement(await attempt(http, at(peer.port, '/redirect-to-ok'), { redirects: 0 }))).toBe(
      'fail status: found status 302, expected status 2xx',
    );
  });
});

describe('a redirect from a public name', () => {
  const names = new Map([['panel', '127.0.0.1']]);
  const expected = 'a redirect to a public address, or to a host that redirects_to lists';
  const cases: readonly {
    readonly name: string;
    readonly from?: string;
    readonly to: (port: number) => string;
    readonly options?: Options;
    readonly is: string;
  }[] = [
    {
      name: 'to a loopback address',
      to: (port) => `http://127.0.0.1:${port}/ok`,
      is: 'a redirect from shop.example.org to 127.0.0.1, a loopback address',
    },
    {
      name: 'to a loopback address in other digits',
      to: (port) => `http://2130706433:${port}/ok`,
      is: 'a redirect from shop.example.org to 127.0.0.1, a loopback address',
    },
    {
      name: 'to a loopback address of IPv6',
      to: (port) => `http://[::1]:${port}/ok`,
      is: 'a redirect from shop.example.org to ::1, a loopback address',
    },
    {
      name: 'to a loopback address written as IPv6',
      to: (port) => `http://[::ffff:127.0.0.1]:${port}/ok`,
      is: 'a redirect from shop.example.org to ::ffff:7f00:1, a loopback address',
    },
    {
      name: 'to the address that means this host',
      to: (port) => `http://0.0.0.0:${port}/ok`,
      is: 'a redirect from shop.example.org to 0.0.0.0, a loopback address',
    },
    {
      name: 'to the name of this host',
      to: (port) => `http://localhost:${port}/ok`,
      is: 'a redirect from shop.example.org to localhost, which is 127.0.0.1, a loopback address',
    },
    {
      name: 'to the metadata of a cloud',
      to: () => 'http://169.254.169.254/latest/meta-data/',
      is: 'a redirect from shop.example.org to 169.254.169.254, a link-local address',
    },
    {
      name: 'to a private address',
      to: () => 'http://10.0.0.5/',
      is: 'a redirect from shop.example.org to 10.0.0.5, a private address',
    },
    {
      name: 'to a private address of IPv6',
      to: () => 'http://[fd00::5]/',
      is: 'a redirect from shop.example.org to fd00::5, a private address',
    },
    {
      name: 'to a name that resolves to a private address',
      to: () => 'http://inside.example.org/',
      is: 'a redirect from shop.example.org to inside.example.org, which is 10.0.0.5, a private address',
    },
    { name: 'to itself', to: (port) => `http://shop.example.org:${port}/ok`, is: 'pass' },
    { name: 'to itself, with a final dot', to: (port) => `http://shop.example.org.:${port}/ok`, is: 'pass' },
    {
      name: 'to a loopback address that is listed',
      to: (port) => `http://127.0.0.1:${port}/ok`,
      options: { redirects_to: ['127.0.0.1'] },
      is: 'pass',
    },
    {
      name: 'to a name that is listed',
      to: (port) => `http://LOCALHOST:${port}/ok`,
      options: { redirects_to: ['elsewhere.example.org', 'Localhost.'] },
      is: 'pass',
    },
    {
      name: 'to a name whose address is listed',
      to: (port) => `http://localhost:${port}/ok`,
      options: { redirects_to: '127.0.0.1' },
      is: 'pass',
    },
    {
      name: 'to a loopback address by another that is listed',
      to: (port) => `http://127.0.0.1:${port}/redirect-to?http://localhost:${port}/ok`,
      options: { redirects_to: ['127.0.0.1'] },
      is: 'pass',
    },
    {
      name: 'that is the name of a container: from there to a loopback address',
      from: 'panel',
      to: (port) => `http://127.0.0.1:${port}/ok`,
      is: 'pass',
    },
    {
      name: 'that is an address of this host: from there to another',
      from: '127.0.0.1',
      to: (port) => `http://localhost:${port}/ok`,
      is: 'pass',
    },
  ];
  test.each(cases)('$name', async ({ from = 'shop.example.org', to, options = {}, is }) => {
    await using peer = await startFaultServer();
    await using zone = await startZoneServer((name, type) => {
      const address = { 'shop.example.org': '127.0.0.1', 'inside.example.org': '10.0.0.5' }[name];
      return address !== undefined && type === 'A' ? [['A', address, 60]] : [];
    });
    const resolve = createResolver({ overrides: names, servers: [zone.address], hostsFile: '' });
    const url = at(peer.port, `/redirect-to?${to(peer.port)}`, from);
    expect(judgement(await attempt(http, url, options, { resolve }))).toBe(
      is === 'pass' ? is : `fail redirect_private: found ${is}, expected ${expected}`,
    );
  });

  test('takes the one of several addresses that is listed, and never tries the others', async () => {
    await using peer = await startFaultServer();
    const records = (...all: readonly string[]): readonly ZoneRecord[] => all.map((address) => ['A', address, 60]);
    await using zone = await startZoneServer((name, type) => {
      if (type !== 'A') return [];
      return name === 'shop.example.org' ? records('127.0.0.1') : records('127.0.0.9', '127.0.0.1');
    });
    const resolve = createResolver({ overrides: names, servers: [zone.address], hostsFile: '' });
    const url = at(peer.port, `/redirect-to?http://both.example.org:${peer.port}/ok`, 'shop.example.org');
    const outcome = await attempt(http, url, { redirects_to: ['127.0.0.1'] }, { resolve });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.steps.map(({ text }) => text).join()).not.toContain('127.0.0.9:');
  });

  test('is looked at behind a proxy by its name', async () => {
    await using proxy = await startFaultServer({
      respond: (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: http://localhost/\r\ncontent-length: 0\r\n\r\n'),
    });
    const options: Options = { proxy: `http://127.0.0.1:${proxy.port}` };
    expect(judgement(await attempt(http, 'http://shop.example.org/', options))).toBe(
      `fail redirect_private: found a redirect from shop.example.org to localhost, a private name, expected ${expected}`,
    );
    expect(proxy.requests).toHaveLength(1);
  });

  test('with all_addresses leads to the addresses of its own host', async () => {
    await using peer = await startFaultServer();
    await using zone: ZoneServer = await startZoneServer((name, type) => {
      if (type !== 'A') return [];
      return name === 'shop.example.org' ? [['A', '127.0.0.1', 60]] : [['A', '127.0.0.2', 60]];
    });
    const resolve = createResolver({ servers: [zone.address], hostsFile: '' });
    const url = at(peer.port, `/redirect-to?http://www.example.org:${peer.port}/ok`, 'shop.example.org');
    const options: Options = { all_addresses: true, redirects_to: ['www.example.org'] };
    const outcome = await attempt(http, url, options, { resolve });
    expect(outcome.found).toContain(`connection refused by 127.0.0.2:${peer.port}`);
  });
});

describe('what goes to another origin', () => {
  const cases: readonly {
    readonly name: string;
    readonly options: Options;
    readonly goes: readonly string[];
    readonly stays: readonly string[];
  }[] = [
    {
      name: 'is what says which answer is wanted',
      options: {
        headers: { 'User-Agent': 'probe/1', Accept: 'text/html', 'Accept-Language': 'de', 'accept-encoding': 'br' },
      },
      goes: ['user-agent: probe/1', 'accept: text/html', 'accept-language: de', 'accept-encoding: br'],
      stays: [],
    },
    {
      name: 'is no header that may be a secret',
      options: { headers: { authorization: 'Bearer sesame-1', 'X-Key': 'sesame-2', 'x-accept': 'sesame-3' } },
      goes: ['user-agent: watchpost'],
      stays: ['sesame', 'authorization', 'x-key'],
    },
    {
      name: 'is no cookie of the file, and no host',
      options: { headers: { cookie: 'session=sesame', host: 'panel.example.org', referer: 'http://sesame/' } },
      goes: ['accept: */*'],
      stays: ['sesame', 'cookie', 'panel.example.org'],
    },
    {
      name: 'is no user and no password',
      options: { basic: { user: 'me', password: 'sesame' } },
      goes: [],
      stays: ['authorization'],
    },
    { name: 'is no token', options: { bearer: 'sesame' }, goes: [], stays: ['authorization'] },
  ];
  test.each(cases)('$name', async ({ options, goes, stays }) => {
    await using first = await startFaultServer();
    await using second = await startFaultServer();
    const url = at(first.port, `/redirect-to?${at(second.port, '/ok')}`);
    expect(judgement(await attempt(http, url, options))).toBe('pass');
    const [request = ''] = second.requests;
    const lines = request.toLowerCase().split('\r\n');
    expect(lines).toEqual(expect.arrayContaining([...goes]));
    for (const secret of stays) expect(request).not.toContain(secret);
  });
});

describe('a method that changes things', () => {
  const elsewhere: readonly {
    readonly name: string;
    readonly method: 'PUT' | 'DELETE' | 'POST' | 'OPTIONS';
    readonly body?: string;
    readonly found: string;
  }[] = [
    { name: 'DELETE without a body', method: 'DELETE', found: 'a redirect of DELETE to' },
    { name: 'POST without a body', method: 'POST', found: 'a redirect of POST to' },
    { name: 'OPTIONS', method: 'OPTIONS', found: 'a redirect of OPTIONS to' },
    { name: 'PUT with a body', method: 'PUT', body: 'sesame', found: 'a redirect of the request body to' },
  ];
  test.each(elsewhere)('is never repeated at another origin: $name', async ({ method, body, found }) => {
    await using first = await startFaultServer();
    await using second = await startFaultServer();
    const url = at(first.port, `/redirect-keeping-body?${at(second.port, '/ok')}`);
    const options: Options = { method, redirects: 3, ...(body !== undefined && { body }) };
    expect(judgement(await attempt(http, url, options))).toBe(
      `fail protocol: found ${found} 127.0.0.1:${second.port}, expected a redirect within 127.0.0.1:${first.port}`,
    );
    expect(second.requests).toEqual([]);
  });

  test.each([
    { method: 'PUT', becomes: 'GET' },
    { method: 'DELETE', becomes: 'GET' },
    { method: 'POST', becomes: 'GET' },
    { method: 'HEAD', becomes: 'HEAD' },
  ] as const)('with 303 becomes $becomes: $method', async ({ method, becomes }) => {
    await using first = await startFaultServer();
    await using second = await startFaultServer();
    const url = at(first.port, `/redirect-see-other?${at(second.port, '/ok')}`);
    const body = method === 'HEAD' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } };
    expect(judgement(await attempt(http, url, { method, redirects: 1, ...body }))).toBe('pass');
    expect(second.requests[0]).toMatch(new RegExp(`^${becomes} /ok HTTP(?:(?!content-)[\\s\\S])*$`));
  });

  test('leaves what describes the body behind with the body, at its own origin too', async () => {
    await using peer = await startFaultServer();
    const options: Options = {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json', 'x-key': 'sesame' },
      redirects: 1,
    };
    expect(judgement(await attempt(http, at(peer.port, '/redirect-see-other?/ok'), options))).toBe('pass');
    expect(peer.requests[1]).toMatch(/^GET \/ok HTTP(?:(?!content-)[\s\S])*$/);
    expect(peer.requests[1]).toContain('x-key: sesame');
  });
});

describe('the file', () => {
  const faults = (url: string, options: Options) =>
    http.misfits(new URL(url), httpOptions.parse(options)).map(({ path }) => path.join('.'));

  const asked: readonly { readonly name: string; readonly options: Options; readonly path: string }[] = [
    { name: 'valid_for', options: { expect: { valid_for: '21d' } }, path: 'expect.valid_for' },
    { name: 'ca_file', options: { ca_file: '/etc/ca.pem' }, path: 'ca_file' },
    { name: 'trust', options: { trust: 'any' }, path: 'trust' },
    { name: 'http2', options: { http2: true }, path: 'http2' },
  ];
  test.each(asked)('asks for TLS of an http:// URL only where redirects are written: $name', ({ options, path }) => {
    expect(faults('http://panel/', options)).toEqual([path]);
    expect(faults('http://panel/', { ...options, redirects: 0 })).toEqual([path]);
    expect(faults('http://panel/', { ...options, redirects: 3 })).toEqual([]);
    expect(faults('https://panel/', options)).toEqual([]);
  });

  test('shows a client certificate to no other origin, so never after an http:// URL', () => {
    const options: Options = { client_cert_file: '/a.pem', client_key_file: '/b.pem', redirects: 3 };
    expect(faults('http://panel/', options)).toEqual(['client_cert_file', 'client_key_file']);
    expect(faults('https://panel/', options)).toEqual([]);
  });

  test('says where redirects may lead only where some are followed', () => {
    expect(faults('http://panel/', { redirects_to: ['10.0.0.5'] })).toEqual([]);
    expect(faults('http://panel/', { redirects_to: ['10.0.0.5'], redirects: 0 })).toEqual(['redirects_to']);
    expect(faults('http://panel/', { redirects_to: ['10.0.0.5'], method: 'POST' })).toEqual(['redirects_to']);
    expect(faults('http://panel/', { redirects_to: ['10.0.0.5'], expect: { status: 301 } })).toEqual(['redirects_to']);
  });

  test.each(['panel', 'sso.example.org', '10.0.0.5', 'fd00::5', '[fd00::5]', 'bücher.example'])(
    'takes the host %s',
    (host) => {
      expect(httpOptions.safeParse({ redirects_to: [host] }).success).toBe(true);
    },
  );

  test.each(['http://panel', 'panel:80', 'panel/path', 'me@panel', '', '[::1]:80', 'a b', '10.0.0.0/8'])(
    'takes no %j for a host',
    (host) => {
      const { success, error } = httpOptions.safeParse({ redirects_to: [host] });
      expect({ success, messages: error?.issues.map(({ message }) => message) }).toEqual({
        success: false,
        messages: ['expected a host such as sso.example.org or 10.0.0.5, without scheme and port'],
      });
    },
  );
});
