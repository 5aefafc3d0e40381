import type { Subject } from '../subject-for-test.ts';
import { answeringPing, mayPing, otherPing } from './ping-for-test.ts';

const probing = { value: '127.0.0.1' };

export const subject: Subject = {
  hangs: [
    {
      name: 'in ping',
      async peer() {
        const ping = otherPing('exec sleep 60');
        return { port: 0, open: () => ping.processes(), [Symbol.asyncDispose]: () => ping[Symbol.asyncDispose]() };
      },
      dials: () => probing,
    },
  ],
  async good() {
    // The real one where this machine has it and lets us.
    const ping = mayPing() ? undefined : otherPing(answeringPing);
    return { probing, [Symbol.asyncDispose]: async () => ping?.[Symbol.asyncDispose]() };
  },
};
