import type { Subject } from '../subject-for-test.ts';

export const subject: Subject = {
  hangs: [],
  // Its first success is awaited from now on.
  good: async () => ({ probing: { value: { every: '24h' } }, [Symbol.asyncDispose]: async () => {} }),
};
