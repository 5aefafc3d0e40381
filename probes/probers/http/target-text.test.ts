import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import { httpOptions } from './options.ts';

describe('what a target sends is never a fault of the prober', () => {
  test.each([
    { name: 'Latin letters', cookie: 'sesame' },
    { name: 'umlauts', cookie: 'größe' },
    { name: 'Cyrillic', cookie: 'сессия' },
    { name: 'an emoji', cookie: '😀' },
    { name: 'quotes', cookie: '"a b"' },
  ])('a cookie of $name goes back byte for byte, and the outage is seen', async ({ cookie }) => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}/redirect-with-cookie?${encodeURIComponent(cookie)}`;
    const hex = Buffer.from(`session=${cookie}`).toString('hex');
    const outcome = await attempt(http, url, { expect: { body: 'ready', status: 500 } });
    expect(judgement(outcome)).toBe(
      `fail body: found a body that begins "${shortened(hex)}", expected a body with "ready"`,
    );
  });

  test('a cookie that is no UTF-8 goes back byte for byte', async () => {
    const cookies: string[] = [];
    await using peer = await startFaultServer({
      respond: (socket) =>
        socket.end(
          Buffer.from(
            'HTTP/1.1 302 Found\r\nset-cookie: session=gr\xf6\xdfe\xff\r\nlocation: /\r\ncontent-length: 0\r\n\r\n',
            'latin1',
          ),
        ),
    });
    await attempt(http, `http://127.0.0.1:${peer.port}/`, { redirects: 1 });
    cookies.push(...peer.requests.map((text) => /^cookie: (.*)\r$/m.exec(text)?.[1] ?? 'none'));
    expect(cookies).toEqual(['none', 'session=gr\xf6\xdfe\xff']);
  });

  test('a cookie by HTTP/2 goes back byte for byte', async () => {
    const authority = await createAuthority('test', Date.now());
    const dates = { notBefore: Date.now() - 1_000, notAfter: Date.now() + 86_400_000 };
    const server = createSecureServer(await authority.issue({ names: ['127.0.0.1'], ...dates }));
    const seen: (string | undefined)[] = [];
    const bytes = Buffer.from('сессия').toString('latin1');
    server.on('stream', (stream, headers) => {
      seen.push(headers.cookie);
      stream.respond({
        ':status': headers[':path'] === '/' ? 302 : 500,
        'set-cookie': `session=${bytes}`,
        location: '/b',
      });
      stream.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect((await attempt(http, url, { http2: true, trust: 'any' })).reason).toBe('status');
    expect(seen).toEqual([undefined, `session=${bytes}`]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a cookie is masked as text and as bytes where the target echoes it', async () => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}/redirect-with-cookie?${encodeURIComponent('сессия')}`;
    const outcome = await attempt(http, url, {});
    expect(JSON.stringify([outcome.found, outcome.steps])).not.toMatch(/сессия|Ñ/);
  });

  const tokens: readonly { readonly name: string; readonly token: string }[] = [
    { name: 'Cyrillic', token: 'токен' },
    { name: 'a line break, which would be a header of its own', token: 'abc\\r\\nx-admin: yes' },
    { name: 'half a character', token: '\\ud800' },
    { name: 'a null', token: 'a\\u0000b' },
  ];
  test.each(tokens)('a token with $name is a fail of the token endpoint', async ({ token }) => {
    await using peer = await startFaultServer();
    const at = (path: string) => `http://127.0.0.1:${peer.port}/${path}`;
    const token_url = at(`says?${encodeURIComponent(`{"access_token":"${token}"}`)}`);
    const outcome = await attempt(http, at('ok'), {
      oauth2: { token_url, client_id: 'probe', client_secret: 'pass:word' },
    });
    expect(judgement(outcome)).toBe(
      'fail json: found a token that no header can hold from the token endpoint, expected a token from the token endpoint',
    );
    expect(peer.requests).toHaveLength(1);
  });

  test.each([
    {
      name: 'nested too deeply to be written',
      body: `{"status":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      found: 'json status = more nested lists and maps than can be shown',
    },
    { name: 'with half a character', body: '{"status":"\\ud800"}', found: 'json status = "\\ud800"' },
    {
      name: 'that begins with half a character',
      body: '{"status":"\\udc00 and more"}',
      found: 'json status = "\\udc00 and more"',
    },
  ])('JSON $name is a fail', async ({ body, found }) => {
    await using peer = await startFaultServer({
      respond: (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    });
    const outcome = await attempt(http, `http://127.0.0.1:${peer.port}/`, { expect: { json: { status: 'ready' } } });
    expect(judgement(outcome)).toBe(`fail json: found ${found}, expected json status = "ready"`);
  });

  test.each([
    { name: 'with a month that is none', date: '991332000000Z' },
    { name: 'of letters', date: 'ABCDEFGHIJKLM' },
    { name: 'of blanks', date: ' '.repeat(13) },
  ])('a certificate whose end is a date $name is a fail', async ({ date }) => {
    const authority = await createAuthority('test', Date.now());
    const dates = { notBefore: Date.now() - 1_000, notAfter: Date.now() + 86_400_000 };
    const { cert, key } = await authority.issue({ names: ['127.0.0.1'], ...dates });
    await using peer = await startFaultServer({ tls: { cert: withEnd(cert, date), key } });
    for (const expected of [{}, { valid_for: '21d' }]) {
      const options = { trust: 'any', expect: expected } as const;
      expect(judgement(await attempt(http, `https://127.0.0.1:${peer.port}/ok`, options))).toBe(
        'fail certificate_untrusted: found a certificate with a date that cannot be read, expected a valid certificate for 127.0.0.1',
      );
    }
  });

  test.each([
    { name: 'a host of 300 letters', location: `https://${'a'.repeat(300)}.example.org:PORT/` },
    { name: 'a host with empty labels', location: 'https://a..example.org:PORT/' },
    { name: 'a host of signs', location: 'https://-_$!*~.example.org:PORT/' },
    { name: 'a host that is no IDN', location: 'https://xn--a.example.org:PORT/' },
    { name: 'a host in Cyrillic', location: 'https://пример.example.org:PORT/' },
    { name: 'a host with a null', location: 'https://a%00b.example.org:PORT/' },
    { name: 'no host', location: 'https://:PORT/' },
    { name: 'a port that is none', location: 'https://example.org:99999/' },
    { name: 'user and password that are no UTF-8', location: 'http://%ff:%zz@127.0.0.1:PORT/status-503' },
    { name: 'a path in Cyrillic', location: 'http://127.0.0.1:PORT/путь?ключ=да' },
    { name: 'a path of signs', location: '/%zz\\..//?%ff#%' },
  ])('a redirect to $name is followed, or a fail', async ({ location }) => {
    await using peer = await startFaultServer();
    const to = encodeURIComponent(location.replace('PORT', String(peer.port)));
    const resolve = async () => [{ address: '127.0.0.1', family: 4 } as const];
    const outcome = await attempt(
      http,
      `http://127.0.0.1:${peer.port}/redirect-to?${to}`,
      {},
      {
        resolve,
        // To a TLS handshake the peer says nothing.
        timeoutMs: 2_000,
      },
    );
    expect(['pass', 'fail']).toContain(outcome.verdict);
  });
});

describe('the file', () => {
  test.each([
    { name: 'a header in Cyrillic', options: { headers: { 'x-name': 'имя' } } },
    { name: 'a header with a line break', options: { headers: { 'x-name': 'a\nb' } } },
    { name: 'a token with a line break', options: { bearer: 'abc\n' } },
    { name: 'a token in Cyrillic', options: { bearer: 'токен' } },
  ])('takes no text that no header can hold: $name', ({ options }) => {
    expect(httpOptions.safeParse(options).success).toBe(false);
  });

  test('takes Latin-1 in a header', () => {
    expect(httpOptions.safeParse({ headers: { 'x-name': 'Müller' } }).success).toBe(true);
  });
});

/** The first certificate of a PEM, with another text for the second of its dates. */
function withEnd(pem: string, date: string): string {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem) ?? [];
  const der = Buffer.from(base64, 'base64');
  const [, end] = der.toString('latin1').matchAll(/\d{12}Z/g);
  der.write(date, end?.index ?? 0, 'latin1');
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
