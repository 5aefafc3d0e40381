import { createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { hangs, type Subject } from '../subject-for-test.ts';

const dayMs = 86_400_000;
const value = (port: number) => `127.0.0.1:${port}`;

export const subject: Subject = {
  dials: (port) => ({ value: value(port) }),
  hangs: [
    hangs('in the handshake', { atAccept: 'hang' }, value),
    hangs('before a greeting, where TLS begins after one', { atAccept: 'hang' }, value, { starttls: 'smtp' }),
    hangs('after its greeting, where TLS begins after one', { atAccept: 'greet' }, value, { starttls: 'smtp' }),
    hangs('before it answers to SSLRequest', { atAccept: 'hang' }, value, { starttls: 'postgres' }),
  ],
  async good() {
    const now = Date.now();
    const authority = await createAuthority('conformance', now);
    const dates = { notBefore: now - dayMs, notAfter: now + 90 * dayMs };
    const peer = await startFaultServer({ tls: await authority.issue({ names: ['localhost'], ...dates }) });
    return {
      // The authority is one of the test's own, which nobody trusts.
      probing: { value: value(peer.port), options: { trust: 'any', server_name: 'localhost' } },
      requests: () => peer.accepted(),
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
