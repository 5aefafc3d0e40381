import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig, renderDiagnostics } from './index.ts';

const folder = 'config/testdata/bad';
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
/** `UPDATE_BAD=1 npx vitest run --project unit config` writes the expected output anew: read the difference. */
const isUpdating = process.env.UPDATE_BAD === '1';
const env = { SHOP_TOKEN: 'hunter2', EVERY: '10s', MAIL: 'a@b.example' };

describe('bad files', () => {
  test('there are at least 45, and no expected output without its file', () => {
    expect(files.length).toBeGreaterThanOrEqual(45);
    const outputs = readdirSync(folder).filter((file) => file.endsWith('.txt'));
    expect(isUpdating ? [] : outputs.filter((file) => !files.includes(file.replace(/txt$/, 'yaml')))).toEqual([]);
  });

  test.each(files)('%s', (name) => {
    const file = `${folder}/${name}`;
    const source = readFileSync(file, 'utf8');
    const loaded = loadConfig(source, { file, env, mode: 'run' });
    const shown = 'config' in loaded ? 'no fault was found' : renderDiagnostics(loaded.diagnostics, source);
    const expected = file.replace(/yaml$/, 'txt');
    if (isUpdating) writeFileSync(expected, shown);
    expect(shown).toBe(readFileSync(expected, 'utf8'));
    expect(shown).not.toContain('no fault was found');
    expect(shown).not.toContain(env.SHOP_TOKEN);
  });
});
