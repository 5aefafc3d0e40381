import { describe, expect, test } from 'vitest';
import { folderOfGlob, globInContainer } from './host-files.ts';

describe('folderOfGlob', () => {
  test.for([
    { glob: '/var/log/shop/*.log', folder: '/var/log/shop' },
    { glob: '/var/log/shop/app.log', folder: '/var/log/shop' },
    { glob: '/srv/*/log/app.log', folder: '/srv' },
    { glob: '/srv/shop/{a,b}.log', folder: '/srv/shop' },
    { glob: '/srv/shop/log-[0-9]/x', folder: '/srv/shop' },
    { glob: '/*.log', folder: '/' },
  ])('$glob needs $folder', ({ glob, folder }) => {
    expect(folderOfGlob(glob)).toBe(folder);
  });
});

test('a glob is found below the mount', () => {
  expect(globInContainer('/var/log/*.log')).toBe('/host/var/log/*.log');
});
