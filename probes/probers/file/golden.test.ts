import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { file } from './file.ts';

const hourMs = 3_600_000;

test('what is said and reported of an attempt', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-golden-'));
  const put = (name: string, text: string, ageMs: number) => {
    const at = (Date.now() - ageMs) / 1_000;
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), at, at);
  };
  put('monday.dump', 'all that there is', 29.5 * hourMs);
  put('tuesday.dump', 'a little', 5.5 * hourMs);
  put('SHA256SUMS', `${'0'.repeat(64)}  tuesday.dump\n`, 5.5 * hourMs);
  try {
    const text = await golden(file, [
      {
        name: 'all is well',
        port: 0,
        value: `${folder}/*.dump`,
        options: { max_age: '26h', min_size: '1B', size_change: '50%' },
      },
      { name: 'too old', port: 0, value: `${folder}/monday.dump`, options: { max_age: '26h' } },
      { name: 'too small', port: 0, value: `${folder}/tuesday.dump`, options: { min_size: '1kB' } },
      {
        name: 'not what its checksum says',
        port: 0,
        value: `${folder}/tuesday.dump`,
        options: { checksum: 'SHA256SUMS' },
      },
      { name: 'not there', port: 0, value: `${folder}/wednesday.dump`, options: {} },
    ]);
    await expect(text.replaceAll(folder, '/backup')).toMatchFileSnapshot('testdata/golden.txt');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
