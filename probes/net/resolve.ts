import { promises as dns, type LookupAddress } from 'node:dns';
import { open } from 'node:fs/promises';
import { isIP } from 'node:net';
import { devNull } from 'node:os';
import type { Address, Resolve } from '../model.ts';
import { codeOf } from './failure.ts';
import { ownResolverAnswers } from './own-resolver.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Resolves names as the system does: hosts file, search domains, Docker's names, then DNS. It rejects with the system's
 * code, and with one that tells whose fault it is: `ENOTFOUND` (the name does not exist), `ESERVFAIL` (the name's own
 * servers fail), `EAI_AGAIN` (our resolver does not work), `EMFILE` (we have no descriptor left).
 *
 * It uses getaddrinfo, because nothing else knows all of these sources. Its calls run in libuv's pool, half of it at a
 * time: two with the default `UV_THREADPOOL_SIZE=4`. A name that is being looked up is not looked up twice, and a call that
 * outlives its run's signal is left behind; still, who probes many names by a slow resolver raises that variable.
 * @param options.overrides address by name, for the parts of the stack where they have no names of their own
 */
export function createResolver(options: { readonly overrides?: ReadonlyMap<string, string> } = {}): Resolve {
  const lookups = new Lookups();
  return async (host, family, signal) => {
    signal.throwIfAborted();
    const name = options.overrides?.get(host.toLowerCase()) ?? host;
    const literal = isIP(name);
    if (literal === 4 || literal === 6) return [{ address: name, family: literal }];
    const lookup = lookups.begin(name, family);
    try {
      const found = await untilAborted(lookup.found, signal);
      return found.map(({ address, family: f }): Address => ({ address, family: f === 6 ? 6 : 4 }));
    } catch (error) {
      throw await lookup.blame(error, signal);
    }
  };
}

/** A lookup takes far less than this, so that one which takes longer is a reason to look after our own resolver. */
const slowMs = 100;

class Lookups {
  /** In the order in which they were begun. */
  readonly #pending = new Set<Lookup>();
  /** libuv gives slow calls no more than half of its pool. */
  readonly #slots = Math.ceil((Number(process.env.UV_THREADPOOL_SIZE) || 4) / 2);

  begin(name: string, family: 4 | 6 | 'any'): Lookup {
    for (const lookup of this.#pending) if (lookup.name === name && lookup.family === family) return lookup;
    const lookup = new Lookup(name, family, () => [...this.#pending].indexOf(lookup) >= this.#slots);
    this.#pending.add(lookup);
    const end = () => this.#pending.delete(lookup);
    lookup.found.then(end, end);
    return lookup;
  }
}

class Lookup {
  readonly name: string;
  readonly family: 4 | 6 | 'any';
  readonly found: Promise<readonly LookupAddress[]>;
  readonly #isQueued: () => boolean;
  #resolverAnswers: Promise<boolean> | undefined;
  #answered = false;

  constructor(name: string, family: 4 | 6 | 'any', isQueued: () => boolean) {
    this.name = name;
    this.family = family;
    this.#isQueued = isQueued;
    this.found = dns.lookup(name, { all: true, order: 'ipv4first', family: family === 'any' ? 0 : family });
    const timer = setTimeout(() => this.#askResolver(), slowMs);
    const end = () => clearTimeout(timer);
    this.found.then(end, end);
  }

  /** The error that says whose fault it is. Does not wait longer than the signal allows. */
  async blame(error: unknown, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return this.#timedOut(error);
    const code = codeOf(error);
    if (await withoutDescriptors()) return withCode('EMFILE', error);
    if (code !== 'EAI_AGAIN') return error;
    const works = await untilAborted(this.#askResolver(), signal).catch(() => false);
    return works ? withCode('ESERVFAIL', error) : error;
  }

  #timedOut(error: unknown): unknown {
    // Time is up, so only what is known already can be said.
    return withCode(this.#answered && !this.#isQueued() ? 'ESERVFAIL' : 'EAI_AGAIN', error);
  }

  #askResolver(): Promise<boolean> {
    this.#resolverAnswers ??= ownResolverAnswers(this.name).then((answers) => {
      this.#answered = answers;
      return answers;
    });
    return this.#resolverAnswers;
  }
}

/** Without descriptors getaddrinfo finds nothing, not even in the hosts file, and says that the name does not exist. */
async function withoutDescriptors(): Promise<boolean> {
  try {
    await (await open(devNull)).close();
    return false;
  } catch (error) {
    return codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE';
  }
}

function withCode(code: string, cause: unknown): Error {
  return Object.assign(new Error(`${code} while resolving a name`, { cause }), { code });
}
