import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { heartbeat } from './heartbeat.ts';

test('what is said and reported of an attempt', async () => {
  const text = await golden(heartbeat, [
    { name: 'a job that has not reported yet', port: 0, value: { every: '24h', grace: '2h' }, options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
