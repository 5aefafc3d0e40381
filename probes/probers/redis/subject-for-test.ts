import { hangs, type Subject } from '../subject-for-test.ts';
import { startRedisPeer } from './peer-for-test.ts';

const value = (port: number) => `redis://:sesame@127.0.0.1:${port}`;
const dials = (port: number) => ({ value: value(port) });

export const subject: Subject = {
  dials,
  hangs: [
    hangs('in the handshake', { atAccept: 'hang' }, (port) => `rediss://127.0.0.1:${port}`),
    { name: 'in the login', dials, peer: () => startRedisPeer({ say: { AUTH: '' } }) },
    { name: 'before the reply', dials, peer: () => startRedisPeer({ say: { PING: '' } }) },
    { name: 'in the reply', dials, peer: () => startRedisPeer({ say: { PING: '$4\r\nPO' } }) },
    {
      name: 'before the role',
      dials: (port) => ({ value: value(port), options: { expect: { role: 'master' } } }),
      peer: () => startRedisPeer({ say: { ROLE: '' } }),
    },
  ],
  async good() {
    const peer = await startRedisPeer();
    return {
      probing: dials(peer.port),
      requests: () => peer.commands.length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  // AUTH and PING.
  sends: 2,
};
