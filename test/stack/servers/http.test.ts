import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import { http } from '../../../probes/probers/http/http.ts';
import type { httpOptions } from '../../../probes/probers/http/options.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';
import { missing } from '../../support/found.ts';
import { type Server, startServer } from '../../support/servers.ts';

const lacking = missing(['servers']);
const dayMs = 86_400_000;
const ports = { plain: 8080, tls: 8443, mutual: 8444, proxy: 3128, closed: 3129 } as const;

const cases: readonly {
  readonly name: string;
  readonly at?: keyof typeof ports;
  readonly path: string;
  readonly options?: z.input<typeof httpOptions>;
  /** By this proxy. */
  readonly by?: 'proxy' | 'closed';
  readonly showsCertificate?: true;
  readonly timeoutMs?: number;
  readonly is: RegExp;
}[] = [
  {
    name: 'HTTP/1.1',
    path: '/ready',
    options: { expect: { json: { status: 'ready' }, http_version: 1.1 } },
    is: /^pass$/,
  },
  { name: 'HEAD', path: '/ready', options: { method: 'HEAD' }, is: /^pass$/ },
  {
    name: 'HTTP/2 over TLS',
    at: 'tls',
    path: '/ready',
    options: { http2: true, expect: { json: { status: 'ready' }, http_version: 2 } },
    is: /^pass$/,
  },
  {
    name: 'HTTP/2 that is not offered',
    at: 'tls',
    path: '/ready',
    options: { expect: { http_version: 1.1 } },
    is: /^pass$/,
  },
  {
    name: 'a compressed body',
    path: '/large',
    options: { compression: true, expect: { headers: { 'content-encoding': 'gzip' }, body: '/end$/' } },
    is: /^pass$/,
  },
  {
    name: 'one by HTTP/2',
    at: 'tls',
    path: '/large',
    options: { http2: true, compression: true, expect: { headers: { 'content-encoding': 'gzip' }, body: '/end$/' } },
    is: /^pass$/,
  },
  { name: 'a password', path: '/private', options: { basic: { user: 'me', password: 'sesame' } }, is: /^pass$/ },
  {
    name: 'a wrong password',
    path: '/private',
    options: { basic: { user: 'me', password: 'wrong' } },
    is: /^fail status: found status 401, expected status 2xx$/,
  },
  {
    name: 'a redirect that sets a cookie',
    path: '/login',
    options: { redirects: 2, expect: { body: 'home' } },
    is: /^pass$/,
  },
  {
    name: 'a redirect in a circle',
    path: '/circle',
    options: { redirects: 4 },
    is: /^fail too_many_redirects: found one more after 4 redirects, expected at most 4 redirects$/,
  },
  {
    name: 'a connection that is closed without an answer',
    path: '/drop',
    is: /^fail response_closed: found a connection that was closed before the answer, expected an HTTP answer$/,
  },
  {
    name: 'the same by HTTP/2',
    at: 'tls',
    path: '/drop',
    options: { http2: true },
    is: /^fail response_closed: found a (stream|connection) that was \w+ before the answer/,
  },
  { name: 'an upstream that is not there', path: '/dead', is: /^fail status: found status 502, expected status 2xx$/ },
  {
    name: 'an answer that drips',
    path: '/drip',
    timeoutMs: 500,
    is: /^fail response_timeout: found no answer in 500 ms, expected an HTTP answer$/,
  },
  { name: 'a body over the limit', path: '/large', options: { body_limit: 100 }, is: /^fail body_too_large: / },
  { name: 'a client certificate', at: 'mutual', path: '/ready', showsCertificate: true, is: /^pass$/ },
  {
    name: 'no client certificate',
    at: 'mutual',
    path: '/ready',
    is: /^fail status: found status 400, expected status 2xx$/,
  },
  {
    name: 'http by a proxy',
    by: 'proxy',
    path: '/ready',
    options: { expect: { json: { status: 'ready' } } },
    is: /^pass$/,
  },
  { name: 'https by a proxy', by: 'proxy', at: 'tls', path: '/ready', is: /^pass$/ },
  {
    name: 'HTTP/2 by a proxy',
    by: 'proxy',
    at: 'tls',
    path: '/ready',
    options: { http2: true, expect: { http_version: 2 } },
    is: /^pass$/,
  },
  {
    name: 'a proxy with another password',
    by: 'closed',
    path: '/ready',
    is: /^fail proxy: found status 407 from the proxy .*, expected a way to shop:8080 through the proxy$/,
  },
  {
    name: 'one for https',
    by: 'closed',
    at: 'tls',
    path: '/ready',
    is: /^fail proxy: found status 407 from the proxy .*, expected a way to shop:8443 through the proxy$/,
  },
];

describe.skipIf(lacking)(`nginx${lacking ? ` (${lacking})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-nginx-'));
  const file = (name: string) => join(folder, name);
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  let server: Server;

  beforeAll(async () => {
    const now = Date.now();
    const authority = await createAuthority('test', now);
    const [notBefore, notAfter] = [now - dayMs, now + 90 * dayMs];
    const identity = await authority.issue({ names: ['shop'], notBefore, notAfter });
    const client = await authority.issue({ names: ['watchpost'], notBefore, notAfter });
    writeFileSync(file('ca.pem'), authority.ca);
    writeFileSync(file('client.pem'), client.cert);
    writeFileSync(file('client.key'), client.key);
    server = cleanup.use(
      await startServer({
        command: `printf 'me:%s\\n' "$(openssl passwd -apr1 sesame)" > /passwords && chmod 644 /passwords
          mkdir -p /www && (seq 1 20000; printf end) > /www/large
          echo '127.0.0.1 shop' >> /etc/hosts
          tinyproxy -c /proxy.conf && tinyproxy -c /closed.conf && exec nginx -c /nginx.conf`,
        files: {
          '/cert.pem': identity.cert,
          '/key.pem': identity.key,
          '/ca.pem': authority.ca,
          '/nginx.conf': nginxConf,
          '/proxy.conf': `User root\nPort ${ports.proxy}\nListen 0.0.0.0\nTimeout 20\nBasicAuth me sesame\n`,
          '/closed.conf': `User root\nPort ${ports.closed}\nListen 0.0.0.0\nTimeout 20\nBasicAuth me other\n`,
        },
        ports: Object.values(ports),
        ready: 'ports',
      }),
    );
  });
  afterAll(() => cleanup.disposeAsync());

  test.each(cases)('$name', async ({ at = 'plain', path, options = {}, by, showsCertificate, timeoutMs, is }) => {
    const secure = at !== 'plain';
    // The proxy is asked for the port inside, where it runs itself.
    const port = by ? ports[at] : server.port(ports[at]);
    const outcome = await attempt(
      http,
      `${secure ? 'https' : 'http'}://shop:${port}${path}`,
      {
        ...options,
        ...(secure && { ca_file: file('ca.pem') }),
        ...(showsCertificate && { client_cert_file: file('client.pem'), client_key_file: file('client.key') }),
        ...(by && { proxy: `http://me:sesame@${server.host}:${server.port(ports[by])}` }),
      },
      { overrides: new Map([['shop', server.host]]), timeoutMs: timeoutMs ?? 3_000 },
    );
    expect(judgement(outcome)).toMatch(is);
    expect(JSON.stringify(outcome)).not.toContain('sesame');
    if (outcome.verdict === 'pass' && !by) expect(outcome.traits?.server).toMatch(/^nginx/);
  });
});

const locations = `
    location = /ready { default_type application/json; return 200 '{"status":"ready"}'; }
    location = /private { auth_basic x; auth_basic_user_file /passwords; default_type text/plain; try_files /none @ok; }
    location @ok { default_type text/plain; return 200 ok; }
    location = /login { add_header Set-Cookie "session=abc; Path=/" always; return 302 /home; }
    location = /home { default_type text/plain; if ($cookie_session != abc) { return 403; } return 200 home; }
    location = /circle { return 302 /circle; }
    location = /drop { return 444; }
    location = /dead { proxy_pass http://127.0.0.1:9; }
    location = /drip { default_type text/plain; gzip off; limit_rate 10; alias /www/large; }
    location = /large { default_type text/plain; }`;

const nginxConf = `daemon off;
events {}
http {
  root /www;
  access_log off;
  absolute_redirect off;
  gzip on; gzip_types text/plain; gzip_min_length 1;
  ssl_certificate /cert.pem;
  ssl_certificate_key /key.pem;
  server { listen ${ports.plain}; ${locations} }
  server { listen ${ports.tls} ssl; http2 on; ${locations} }
  server { listen ${ports.mutual} ssl; ssl_client_certificate /ca.pem; ssl_verify_client on; ${locations} }
}
`;
