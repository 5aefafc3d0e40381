import { Resolver } from 'node:dns/promises';
import type { Address } from '../model.ts';
import { codeOf } from './failure.ts';

/** What a name server said of a name: its addresses of one family, none where there is no such record or no such name. */
export interface NameAnswer {
  readonly addresses: readonly Address[];
  /** Of the record that is forgotten first; 0 where there is none. */
  readonly ttlSeconds: number;
  readonly exists: boolean;
}

/**
 * The name servers of this machine, asked by c-ares: it waits on sockets and not in threads, and asks again by TCP where an
 * answer was cut off. The first server is asked first; the next one at once when it refuses or fails, and when it has not
 * answered in 300 ms. An address is believed whoever says it first; that there is none only when the servers before have
 * failed or kept silent for a second more, for the first one may know names that the others do not. One that was silent to
 * the end is asked last for 30 s.
 */
export class NameServers implements Disposable {
  readonly #servers: readonly Server[];

  /** @param addresses with ports */
  constructor(addresses: readonly string[]) {
    this.#servers = addresses.map((address) => new Server(address));
  }

  /** Rejects with `ESERVFAIL` where a server answered and none could say, with `ETIMEOUT` where none answered. */
  ask(name: string, family: 4 | 6): Promise<NameAnswer> {
    return this.#first(
      (server) => server.addressesOf(name, family),
      ({ addresses }) => addresses.length > 0,
    );
  }

  /** The same, of the name servers of the root, which depend on no target. */
  askForRoot(): Promise<NameAnswer> {
    return this.#first(
      (server) => server.root(),
      () => true,
    );
  }

  [Symbol.dispose](): void {
    for (const server of this.#servers) server.cancel();
  }

  #first(question: Question, isBelieved: (answer: NameAnswer) => boolean): Promise<NameAnswer> {
    const [server, ...others] = this.#servers;
    if (!server) return Promise.reject(withCode('ETIMEOUT', undefined));
    if (others.length === 0) return question(server).catch((error: unknown) => Promise.reject(codeOfAll([error])));
    return firstAnswer(this.#inOrder(), question, isBelieved);
  }

  #inOrder(): readonly Server[] {
    const now = performance.now();
    return this.#servers.toSorted((a, b) => Number(a.silentUntil > now) - Number(b.silentUntil > now));
  }
}

type Question = (server: Server) => Promise<NameAnswer>;

function firstAnswer(
  servers: readonly Server[],
  question: Question,
  isBelieved: (answer: NameAnswer) => boolean,
): Promise<NameAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<NameAnswer>();
  const ended: (NameAnswer | { readonly error: unknown } | undefined)[] = servers.map(() => undefined);
  const timers = new Set<NodeJS.Timeout>();
  let asked = 0;
  const ask = () => {
    const at = asked++;
    const server = servers[at];
    if (!server) return;
    if (asked < servers.length) timers.add(setTimeout(ask, patienceMs));
    question(server).then(
      (answer) => {
        ended[at] = answer;
        if (isBelieved(answer)) return resolve(answer);
        timers.add(setTimeout(() => resolve(answer), doubtMs));
        decide();
      },
      (error) => {
        ended[at] = { error };
        if (asked === at + 1) ask();
        decide();
      },
    );
  };
  /** The first of those that have not failed, where it has said something. */
  const decide = () => {
    const first = ended.find((end) => end === undefined || !('error' in end));
    if (first && !('error' in first)) resolve(first);
    const errors = ended.flatMap((end) => (end && 'error' in end ? [end.error] : []));
    if (errors.length === servers.length) reject(codeOfAll(errors));
  };
  ask();
  const end = () => {
    for (const timer of timers) clearTimeout(timer);
    asked = servers.length;
  };
  promise.then(end, end);
  return promise;
}

/** A server near by answers from its memory in a few milliseconds. */
const patienceMs = 300;
const doubtMs = 1_000;
const silentMs = 30_000;

/** So that all are over within 5 s, and a server that is back is asked again within a second. */
const patience = { timeout: 1_000, maxTimeout: 1_000, tries: 5 };

class Server {
  readonly #resolver = new Resolver(patience);
  /** By the clock of `performance`. */
  silentUntil = 0;

  constructor(address: string) {
    this.#resolver.setServers([address]);
  }

  async addressesOf(name: string, family: 4 | 6): Promise<NameAnswer> {
    return await this.#ask(async () => {
      const records = await (family === 4
        ? this.#resolver.resolve4(name, { ttl: true })
        : this.#resolver.resolve6(name, { ttl: true }));
      return {
        addresses: records.map(({ address }) => ({ address, family })),
        ttlSeconds: records.length === 0 ? 0 : Math.min(...records.map(({ ttl }) => ttl)),
        exists: true,
      };
    });
  }

  async root(): Promise<NameAnswer> {
    return await this.#ask(async () => {
      await this.#resolver.resolveNs('.');
      return { addresses: [], ttlSeconds: 0, exists: true };
    });
  }

  cancel(): void {
    this.#resolver.cancel();
  }

  async #ask(question: () => Promise<NameAnswer>): Promise<NameAnswer> {
    try {
      const answer = await question();
      this.silentUntil = 0;
      return answer;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENODATA') return { addresses: [], ttlSeconds: 0, exists: true };
      // A name that DNS cannot even write (a label of more than 63 bytes) does not exist in it.
      if (code === 'ENOTFOUND' || code === 'EBADNAME') return { addresses: [], ttlSeconds: 0, exists: false };
      if (!said.has(code)) this.silentUntil = performance.now() + silentMs;
      throw error;
    }
  }
}

/** Codes of a server that is there, whatever it thinks of the question. */
const said: ReadonlySet<string> = new Set(['ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR']);

/** One error for all servers: of those that answered rather than of those that did not. */
function codeOfAll(errors: readonly unknown[]): Error {
  const spoken = errors.find((error) => said.has(codeOf(error)));
  if (!spoken) return withCode('ETIMEOUT', errors.at(-1));
  const refused = errors.every((error) => codeOf(error) !== 'ESERVFAIL');
  return withCode(refused ? 'EREFUSED' : 'ESERVFAIL', spoken);
}

export function withCode(code: string, cause: unknown): Error {
  return Object.assign(new Error(`${code} while resolving a name`, { cause }), { code });
}
