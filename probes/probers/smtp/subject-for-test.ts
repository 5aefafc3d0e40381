import { hangs, type Subject } from '../subject-for-test.ts';
import { startSmtpPeer } from './peer-for-test.ts';

const value = (port: number) => `127.0.0.1:${port}`;
const options = { rcpt_to: 'postmaster@example.org' };
const dials = (port: number) => ({ value: value(port), options });

const hangsAt = (name: string, word: string, reply = '') => ({
  name,
  dials,
  peer: () => startSmtpPeer({ say: { [word]: reply } }),
});

export const subject: Subject = {
  dials,
  hangs: [
    hangs('before the greeting', { atAccept: 'hang' }, value),
    hangs('in the handshake', { atAccept: 'hang' }, value, { tls: true }),
    hangs('after the greeting', { atAccept: 'greet' }, value),
    hangsAt('in the greeting', 'banner', '220-mail.example.org\r\n220'),
    hangsAt('in the answer to EHLO', 'EHLO', '250-mail.example.org\r\n250-SIZE'),
    {
      name: 'in the handshake after STARTTLS',
      dials: (port) => ({ value: value(port), options: { starttls: true } }),
      peer: () => startSmtpPeer(),
    },
    hangsAt('before it takes the recipient', 'RCPT'),
  ],
  async good() {
    const peer = await startSmtpPeer();
    return {
      probing: dials(peer.port),
      requests: () => peer.commands.filter((command) => command !== 'QUIT').length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  // EHLO, MAIL, RCPT and RSET; QUIT may still be on its way.
  sends: 4,
};
