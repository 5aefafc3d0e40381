import { openSync } from 'node:fs';
import { codeOf } from './failure.ts';
import { startZoneServer } from './name-server-for-test.ts';
import { createResolver } from './resolve.ts';

/** A program: it uses up its descriptors and prints what resolving names then ends with. */

const server = await startZoneServer(() => [['A', '10.0.0.1', 60]]);
const resolve = createResolver({ hostsFile: '', resolvConf: '', servers: [server.address] });
const ended = async (name: string): Promise<string> =>
  `${name} ${await resolve(name, 4, AbortSignal.timeout(3_000)).then(([first]) => first?.address, codeOf)}`;
await ended('cached');
useUpDescriptors();
// The one that is kept was resolved before; it needs no descriptor.
process.stdout.write([await ended('shop.example.org'), await ended('panel'), await ended('cached')].join(', '));
// The server would hold the process.
process.exit();

function useUpDescriptors(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None is left: what was wanted.
  }
}
