import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { startSmtpPeer } from './peer-for-test.ts';
import { smtp } from './smtp.ts';

test('what is said and reported of an attempt', async () => {
  await using right = await startSmtpPeer();
  await using unknown = await startSmtpPeer({ say: { RCPT: '550 5.1.1 User unknown\r\n' } });
  await using refuses = await startSmtpPeer({
    say: { EHLO: '250-mail.example.org\r\n250 AUTH PLAIN\r\n', AUTH: '535 5.7.8 Authentication failed\r\n' },
  });
  const value = (port: number) => `127.0.0.1:${port}`;
  const text = await golden(smtp, [
    {
      name: 'all is well',
      port: right.port,
      value: value(right.port),
      options: { rcpt_to: 'postmaster@example.org', expect: { capabilities: ['SIZE'] } },
    },
    {
      name: 'the recipient is unknown',
      port: unknown.port,
      value: value(unknown.port),
      options: { rcpt_to: 'postmaster@example.org' },
    },
    {
      name: 'the login is refused',
      port: refuses.port,
      value: value(refuses.port),
      options: { username: 'monitor', password: 'sesame' },
    },
    { name: 'refused', port: 1, value: '127.0.0.1:1', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
