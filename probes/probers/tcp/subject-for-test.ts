import { startFaultServer } from '../../testing/fault-server.ts';
import type { Subject } from '../subject-for-test.ts';

export const subject: Subject = {
  dials: (port) => ({ value: `127.0.0.1:${port}` }),
  hangs: [],
  async good() {
    const peer = await startFaultServer();
    return {
      probing: { value: `127.0.0.1:${peer.port}` },
      requests: () => peer.accepted(),
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
