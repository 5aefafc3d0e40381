import { join } from 'node:path';
import { start } from '../machine.ts';
import type { Peer } from './peer.ts';

const program = new URL('../bare-handshake.ts', import.meta.url).pathname;

/** No prober: the handshake and the request that a probe over TLS cannot do without, by `node:tls` as it is. */
export const bareHandshake: Peer = {
  name: 'a bare node:tls handshake',
  missing: () => undefined,
  async start({ targets, everySeconds, target, folder }) {
    const args = [target.httpsPort, target.serverName, target.caFile, targets, everySeconds].map(String);
    const running = await start(process.execPath, [program, ...args], join(folder, 'bare-handshake.out'));
    return { process: running, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
  },
};
