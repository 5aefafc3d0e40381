import { expect, test } from 'vitest';
import { createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { golden } from '../golden-for-test.ts';
import { http } from './http.ts';

const dayMs = 86_400_000;

test('what is said and reported of an attempt', async () => {
  await using plain = await startFaultServer();
  const now = Date.now();
  const authority = await createAuthority('Test authority', now);
  const names = ['localhost', '127.0.0.1'];
  const tls = await authority.issue({ names, notBefore: now - dayMs, notAfter: now + 90.5 * dayMs });
  await using secure = await startFaultServer({ tls });
  const text = await golden(http, [
    {
      name: 'ready',
      port: plain.port,
      value: `http://127.0.0.1:${plain.port}/ok`,
      options: { expect: { status: 200, json: { status: 'ready' } } },
    },
    {
      name: 'starting',
      port: plain.port,
      value: `http://127.0.0.1:${plain.port}/starting`,
      options: { expect: { status: 200, json: { status: 'ready' } } },
    },
    {
      name: 'redirected once',
      port: plain.port,
      value: `http://127.0.0.1:${plain.port}/redirect-to-ok`,
      options: { redirects: 3 },
    },
    {
      name: 'over TLS',
      port: secure.port,
      value: `https://127.0.0.1:${secure.port}/ok`,
      options: { trust: 'any', expect: { valid_for: '21d' } },
    },
    {
      name: 'over TLS, not trusted',
      port: secure.port,
      value: `https://127.0.0.1:${secure.port}/ok`,
      options: {},
    },
    { name: 'refused', port: 1, value: 'http://127.0.0.1:1/', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
