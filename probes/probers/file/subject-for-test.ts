import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subject } from '../subject-for-test.ts';

export const subject: Subject = {
  // It dials nobody; a file system that hangs cannot be had on loopback.
  hangs: [],
  async good() {
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-conformance-'));
    writeFileSync(join(folder, 'nightly.dump'), 'all of it');
    const now = Date.now() / 1_000;
    utimesSync(join(folder, 'nightly.dump'), now, now);
    const sum = createHash('sha256').update('all of it').digest('hex');
    writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  nightly.dump\n`);
    return {
      probing: {
        value: join(folder, '*.dump'),
        options: { max_age: '1h', min_size: '1B', max_size: '1kB', size_change: '50%', checksum: 'SHA256SUMS' },
      },
      [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
    };
  },
};
