import { hangs, type Peer, type Subject } from '../subject-for-test.ts';
import { startWebSocketPeer } from './peer-for-test.ts';

const value = (port: number) => `ws://127.0.0.1:${port}/`;

/** Hears nothing more once the WebSocket is open, no close frame either. */
const deafOnceOpen = (): Promise<Peer> =>
  startWebSocketPeer({
    onOpen: (_socket, raw) => {
      raw.removeAllListeners('data').resume();
    },
  });

export const subject: Subject = {
  dials: (port) => ({ value: value(port) }),
  hangs: [
    hangs('in the handshake', { atAccept: 'hang' }, value),
    hangs('in the TLS handshake', { atAccept: 'hang' }, (port) => `wss://127.0.0.1:${port}/`),
    {
      name: 'before its message',
      peer: () => startWebSocketPeer(),
      dials: (port) => ({ value: value(port), options: { expect: { message: 'ready' } } }),
    },
    {
      name: 'when it is told goodbye',
      peer: deafOnceOpen,
      dials: (port) => ({ value: value(port) }),
    },
  ],
  async good() {
    const peer = await startWebSocketPeer({ onMessage: (socket, text) => socket.send(`you said ${text}`) });
    return {
      probing: { value: value(peer.port), options: { send: 'hello', expect: { message: 'you said' } } },
      requests: () => peer.handshakes.length + peer.received.filter((text) => !text.startsWith('close')).length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  // The handshake and the message.
  sends: 2,
};
