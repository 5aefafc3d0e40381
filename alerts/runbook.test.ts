import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { alertNames as names, readRunbook } from './runbook.ts';

describe('runbooks', () => {
  test('there is one for each alert, and none besides', async () => {
    const files = await readdir(new URL('./runbooks', import.meta.url));
    expect(files.sort()).toEqual(names.map((name) => `${name}.md`).sort());
  });

  test.each(names)('%s says what it means, what to run, and how to silence it', async (name) => {
    const text = (await readRunbook(name)) ?? '';
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      'What it means',
      'First three commands',
      'How to confirm',
      'How to silence it',
      'How it is tested',
    ]);
    const commands = text.slice(text.indexOf('## First three'), text.indexOf('## How to confirm'));
    expect([...commands.matchAll(/^```sh\n.+?^```$/gms)]).toHaveLength(3);
  });

  test.each(['', 'Nothing', '../index', 'ProbeDown.md'])('there is none of "%s"', async (name) => {
    expect(await readRunbook(name)).toBeUndefined();
  });
});
