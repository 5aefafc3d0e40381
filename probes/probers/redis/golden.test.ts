import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { startRedisPeer } from './peer-for-test.ts';
import { redis } from './redis.ts';

test('what is said and reported of an attempt', async () => {
  await using right = await startRedisPeer({ say: { ROLE: '*3\r\n$6\r\nmaster\r\n:42\r\n*0\r\n' } });
  await using locked = await startRedisPeer({ say: { PING: '-NOAUTH Authentication required.\r\n' } });
  await using refuses = await startRedisPeer({
    say: { AUTH: '-WRONGPASS invalid username-password pair or user is disabled.\r\n' },
  });
  await using broken = await startRedisPeer({ say: { LLEN: '-ERR wrong number of arguments\r\n' } });
  const text = await golden(redis, [
    {
      name: 'all is well',
      port: right.port,
      value: `redis://127.0.0.1:${right.port}/1`,
      options: { expect: { role: 'master', within: '1s' } },
    },
    { name: 'it wants a login', port: locked.port, value: `127.0.0.1:${locked.port}`, options: {} },
    {
      name: 'the login is refused',
      port: refuses.port,
      value: `127.0.0.1:${refuses.port}`,
      options: { username: 'monitor', password: 'sesame' },
    },
    { name: 'the command fails', port: broken.port, value: `127.0.0.1:${broken.port}`, options: { command: 'LLEN' } },
    { name: 'refused', port: 1, value: '127.0.0.1:1', options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
