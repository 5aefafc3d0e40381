import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Address, Resolve } from '../model.ts';

/**
 * Resolves names as the system does: hosts file, search domains, Docker's names, then DNS. It uses getaddrinfo, whose
 * calls share libuv's thread pool (`UV_THREADPOOL_SIZE`); one that outlives the run's signal is left behind, not waited for.
 * @param options.overrides address by name, for the parts of the stack where they have no names of their own
 */
export function createResolver(options: { readonly overrides?: ReadonlyMap<string, string> }): Resolve {
  return async (host, family, signal) => {
    signal.throwIfAborted();
    const name = options.overrides?.get(host.toLowerCase()) ?? host;
    const literal = isIP(name);
    if (literal === 4 || literal === 6) return [{ address: name, family: literal }];
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const found = await Promise.race([
        lookup(name, { all: true, order: 'ipv4first', family: family === 'any' ? 0 : family }),
        promise,
      ]);
      return found.map(({ address, family: f }): Address => ({ address, family: f === 6 ? 6 : 4 }));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}
