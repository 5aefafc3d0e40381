import { startFaultServer } from '../../testing/fault-server.ts';
import { hangs, type Subject } from '../subject-for-test.ts';

const value = (port: number) => `127.0.0.1:${port}`;

export const subject: Subject = {
  dials: (port) => ({ value: value(port) }),
  hangs: [
    hangs('before a greeting', { atAccept: 'hang' }, value, { dialogue: [{ expect: '220' }] }),
    hangs('before bytes', { atAccept: 'hang' }, value, { dialogue: [{ expect_hex: '16' }] }),
    hangs('after its greeting', { atAccept: 'greet' }, value, {
      dialogue: [{ expect: '220' }, { send: 'EHLO x\r\n' }, { expect: '250' }],
    }),
    hangs('before TLS', { atAccept: 'greet' }, value, { dialogue: [{ starttls: 'smtp' }] }),
    hangs('in the TLS handshake', { atAccept: 'hang' }, value, { dialogue: [{ starttls: true }] }),
    hangs('at each of its addresses', { atAccept: 'hang' }, value, {
      all_addresses: true,
      dialogue: [{ expect: '220' }],
    }),
  ],
  async good() {
    const peer = await startFaultServer({ atAccept: 'greet' });
    return {
      probing: { value: value(peer.port), options: { dialogue: [{ expect: '/^220 /' }] } },
      requests: () => peer.accepted(),
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
