import { createAuthority } from '../../testing/certificates.ts';
import { hangs, type Probing, type Subject } from '../subject-for-test.ts';
import { type Stage, startPostgresPeer } from './peer-for-test.ts';

const dayMs = 86_400_000;
const value = (port: number) => `postgres://monitor:sesame@127.0.0.1:${port}/app`;
const dials = (port: number): Probing => ({ value: value(port) });

function hangsAt(name: string, stage: Stage) {
  return { name, dials, peer: () => startPostgresPeer({ say: { [stage]: Buffer.alloc(0) } }) };
}

export const subject: Subject = {
  dials,
  hangs: [
    hangs('at accept', { atAccept: 'hang' }, value),
    hangs('before TLS', { atAccept: 'hang' }, value, { tls: true }),
    {
      name: 'in the handshake',
      dials: (port) => ({ value: value(port), options: { tls: true } }),
      peer: async () => {
        const now = Date.now();
        const authority = await createAuthority('conformance', now);
        const tls = await authority.issue({ names: ['localhost'], notBefore: now - dayMs, notAfter: now + dayMs });
        return startPostgresPeer({ tls, say: { ssl: Buffer.from('S') } });
      },
    },
    hangsAt('in the login', 'startup'),
    hangsAt('after the password', 'password'),
    hangsAt('in the query', 'query'),
  ],
  async good() {
    const peer = await startPostgresPeer();
    return {
      probing: dials(peer.port),
      requests: () => peer.messages.length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  // The start, the password, `begin read only` and the query.
  sends: 4,
};
