import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { errorMessage, startPostgresPeer } from './peer-for-test.ts';
import { postgres } from './postgres.ts';

const value = (port: number) => `postgres://monitor@127.0.0.1:${port}/app`;

test('what is said and reported of an attempt', async () => {
  await using right = await startPostgresPeer();
  await using full = await startPostgresPeer({
    say: { startup: errorMessage('53300', 'sorry, too many clients already') },
  });
  await using refuses = await startPostgresPeer({
    say: { password: errorMessage('28P01', 'password authentication failed for user "monitor"') },
  });
  await using broken = await startPostgresPeer({
    say: { query: errorMessage('42P01', 'relation "jobs" does not exist') },
  });
  const text = await golden(postgres, [
    { name: 'all is well', port: right.port, value: value(right.port), options: { expect: { rows: 1, value: 1 } } },
    { name: 'another value', port: right.port, value: value(right.port), options: { expect: { value: 2 } } },
    { name: 'the login is refused', port: refuses.port, value: value(refuses.port), options: {} },
    { name: 'no connection is left', port: full.port, value: value(full.port), options: {} },
    {
      name: 'the query fails',
      port: broken.port,
      value: value(broken.port),
      options: { sql: 'select count(*) from jobs' },
    },
    { name: 'refused', port: 1, value: value(1), options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
