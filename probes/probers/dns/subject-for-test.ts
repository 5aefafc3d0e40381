import { hangs, type Subject } from '../subject-for-test.ts';
import { startDnsPeer } from './peer-for-test.ts';

const by = (transport: string) => (port: number) => ({
  value: `127.0.0.1:${port}`,
  options: { name: 'www.example.org', transport },
});
const silent = () => startDnsPeer(() => []);

export const subject: Subject = {
  dials: by('tcp'),
  hangs: [
    { name: 'after a question by UDP', peer: silent, dials: by('udp') },
    { name: 'after a question by TCP', peer: silent, dials: by('tcp') },
    {
      name: 'in the answer by TCP',
      peer: () => startDnsPeer((_query, transport) => (transport === 'udp' ? [{ flags: 0x0200 }] : [])),
      dials: by('udp'),
    },
    hangs('in the TLS handshake', { atAccept: 'hang' }, (port) => `127.0.0.1:${port}`, {
      name: 'www.example.org',
      transport: 'tls',
    }),
  ],
  async good() {
    const peer = await startDnsPeer(() => [
      { answers: [{ type: 'A', name: 'www.example.org', ttl: 300, data: '192.0.2.1' }] },
    ]);
    return {
      probing: {
        value: `127.0.0.1:${peer.port}`,
        options: { name: 'www.example.org', expect: { answers: '192.0.2.1' } },
      },
      requests: () => peer.asked.length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
