import { expect, test } from 'vitest';
import { createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { golden } from '../golden-for-test.ts';
import { tls } from './tls.ts';

const dayMs = 86_400_000;

test('what is said and reported of an attempt', async () => {
  const now = Date.now();
  const authority = await createAuthority('Test authority', now);
  const names = ['127.0.0.1'];
  const good = await authority.issue({ names, notBefore: now - dayMs, notAfter: now + 90.5 * dayMs });
  const expired = await authority.issue({ names, notBefore: now - 30 * dayMs, notAfter: now - 3.2 * dayMs });
  await using right = await startFaultServer({ tls: good });
  await using wrong = await startFaultServer({ tls: expired });
  const text = await golden(tls, [
    {
      name: 'valid, whoever signed it',
      port: right.port,
      value: `127.0.0.1:${right.port}`,
      options: { trust: 'any', expect: { valid_for: '21d' } },
    },
    { name: 'not trusted', port: right.port, value: `127.0.0.1:${right.port}`, options: {} },
    { name: 'expired', port: wrong.port, value: `127.0.0.1:${wrong.port}`, options: { trust: 'any' } },
    { name: 'refused', port: 1, value: '127.0.0.1:1', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
