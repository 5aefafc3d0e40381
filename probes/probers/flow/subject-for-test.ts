import type { Hang, Subject } from '../subject-for-test.ts';
import { type ShopOptions, startShop, steps } from './peer-for-test.ts';

function hang(name: string, options: ShopOptions): Hang {
  return { name, peer: () => startShop(options), dials: (port) => ({ value: steps(port) }) };
}

export const subject: Subject = {
  dials: (port) => ({ value: steps(port) }),
  hangs: [
    hang('in the first step', { breaks: '/login', how: 'hang' }),
    hang('in the last step', { breaks: '/logout', how: 'hang' }),
  ],
  async good() {
    const shop = await startShop();
    return {
      probing: { value: steps(shop.port) },
      requests: () => shop.requests.length,
      [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
    };
  },
  sends: 3,
};
