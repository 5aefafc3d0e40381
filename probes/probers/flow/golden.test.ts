import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { flow } from './flow.ts';
import { startShop, steps } from './peer-for-test.ts';

test('what is said and reported of an attempt', async () => {
  await using good = await startShop();
  await using bad = await startShop({ breaks: '/orders?of=7' });
  const text = await golden(flow, [
    { name: 'log in, look, log out', port: good.port, value: steps(good.port), options: {} },
    { name: 'the step in the middle fails', port: bad.port, value: steps(bad.port), options: {} },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
