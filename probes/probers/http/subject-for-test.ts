import { startFaultServer } from '../../testing/fault-server.ts';
import { hangs, type Subject } from '../subject-for-test.ts';

const at = (scheme: string, path: string) => (port: number) => `${scheme}://127.0.0.1:${port}${path}`;

export const subject: Subject = {
  dials: (port) => ({ value: at('http', '/ok')(port) }),
  hangs: [
    hangs('at accept', { atAccept: 'hang' }, at('http', '/')),
    hangs('in the TLS handshake', { atAccept: 'hang' }, at('https', '/')),
    hangs('before the headers', {}, at('http', '/hang-before-headers')),
    hangs('in dripping headers', {}, at('http', '/drip-headers')),
    hangs('in the body', {}, at('http', '/hang-in-body')),
    hangs('in a dripping body', {}, at('http', '/drip')),
    hangs('in a compressed body', {}, at('http', '/hang-in-gzip')),
  ],
  async good() {
    const peer = await startFaultServer();
    return {
      probing: { value: at('http', '/ok')(peer.port) },
      requests: () => peer.requests.length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
