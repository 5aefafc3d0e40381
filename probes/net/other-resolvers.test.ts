import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otherResolvers } from './other-resolvers.ts';

test('the servers after the first are asked by themselves', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'resolvers-'));
  const resolvConf = join(folder.path, 'resolv.conf');
  await writeFile(resolvConf, 'nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver fd00::2\n');
  const names = otherResolvers({ hosts: '', resolvConf }).map(({ name }) => name);
  expect(names).toEqual(['the name server 127.0.0.2', 'the name server fd00::2']);
});

test('there is none where there is but one server', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'resolvers-'));
  const resolvConf = join(folder.path, 'resolv.conf');
  await writeFile(resolvConf, 'nameserver 127.0.0.1\n');
  expect(otherResolvers({ hosts: '', resolvConf })).toEqual([]);
});
