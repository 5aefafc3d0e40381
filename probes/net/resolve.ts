import { isIP } from 'node:net';
import { isPrivateHost } from '../../stack/private-host.ts';
import type { Address, Resolve } from '../model.ts';
import { codeOf } from './failure.ts';
import { Lookup } from './lookup.ts';
import { NameServers } from './name-servers.ts';
import { NameSettings, systemNameFiles } from './name-settings.ts';
import { OwnResolver } from './own-resolver.ts';
import { untilAborted } from './until-aborted.ts';

export interface ResolverOptions {
  /** Address by name, for the parts of the stack where they have no names of their own. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Name servers with their ports, instead of those of resolv.conf. */
  readonly servers?: readonly string[];
  /** An empty path is an empty file. */
  readonly hostsFile?: string;
  readonly resolvConf?: string;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
}

/**
 * Resolves names as the system does: hosts file, search domains, then DNS, of which Docker's server is one. It rejects with a
 * code that tells whose fault it is: `ENOTFOUND` (the name does not exist), `ESERVFAIL` (the name's own servers fail),
 * `EAI_AGAIN` (our resolver does not work), `EMFILE` (we have no descriptor left).
 *
 * An answer is kept as long as its records say, a minute at most; one of the own network for less than a second, for Docker
 * says ten minutes of a container that may have another address after its next start. That there is no such name is kept for
 * half a second: a fail is checked again after one second, and must not be judged by the same answer. Nothing is used
 * after its time. What is kept is answered without a detour: ten thousand targets ask a thousand times a second.
 */
export function createResolver(options: ResolverOptions = {}): Resolve {
  const names = new Names(options);
  const resolve = (host: string, family: 4 | 6 | 'any', signal: AbortSignal): Promise<readonly Address[]> =>
    signal.aborted ? Promise.reject(signal.reason) : names.resolve(host, family, signal);
  return Object.assign(resolve, { forget: (host: string) => names.forget(host) });
}

interface Kept {
  readonly until: number;
  /** Settled; a promise so that it can be handed out as it is. */
  readonly addresses: Promise<readonly Address[]>;
}

const mostKept = 20_000;
const longestMs = 60_000;
const longestOfOwnNetworkMs = 900;
const missingMs = 500;

class Names {
  readonly #overrides: ReadonlyMap<string, string>;
  readonly #fixedServers: readonly string[] | undefined;
  readonly #settings: NameSettings;
  readonly #now: () => number;
  readonly #kept = { 4: new Map<string, Kept>(), 6: new Map<string, Kept>(), any: new Map<string, Kept>() };
  #lookups = noLookups();
  #servers: NameServers | undefined;
  #own: OwnResolver | undefined;

  constructor(options: ResolverOptions) {
    this.#overrides = options.overrides ?? new Map();
    this.#fixedServers = options.servers;
    this.#settings = new NameSettings({
      hosts: options.hostsFile ?? systemNameFiles.hosts,
      resolvConf: options.resolvConf ?? systemNameFiles.resolvConf,
    });
    this.#now = options.now ?? (() => performance.now());
  }

  resolve(host: string, family: 4 | 6 | 'any', signal: AbortSignal): Promise<readonly Address[]> {
    const now = this.#now();
    try {
      if (this.#settings.look(now)) this.#forgetAll();
    } catch (error) {
      return Promise.reject(error);
    }
    const kept = this.#kept[family].get(host);
    if (kept && now < kept.until) return kept.addresses;
    const known = this.#withoutDns(host, family);
    return known ? this.#keep(host, family, Number.POSITIVE_INFINITY, known) : this.#lookUp(host, family, signal);
  }

  /** The next who asks gets an answer that is not older than the question. */
  forget(host: string): void {
    for (const kept of Object.values(this.#kept)) kept.delete(host);
  }

  /** Addresses, the stack's own parts, the hosts file, and loopback, which no name server is asked about (RFC 6761, section 6.3). */
  #withoutDns(host: string, family: 4 | 6 | 'any'): readonly Address[] | undefined {
    const name = this.#overrides.get(host.toLowerCase()) ?? host;
    const literal = isIP(name);
    if (literal === 4 || literal === 6) return [{ address: name, family: literal }];
    const plain = name.toLowerCase().replace(/\.$/, '');
    const listed = ofFamily(this.#settings.hosts.get(plain) ?? [], family);
    if (listed.length > 0) return listed;
    return /^(?:.*\.)?localhost$/.test(plain) ? ofFamily(loopback, family) : undefined;
  }

  async #lookUp(host: string, family: 4 | 6 | 'any', signal: AbortSignal): Promise<readonly Address[]> {
    const lookup = this.#lookups[family].get(host) ?? this.#begin(host, family);
    try {
      return (await untilAborted(lookup.found, signal)).addresses;
    } catch (error) {
      throw await lookup.blame(error, signal);
    }
  }

  #begin(host: string, family: 4 | 6 | 'any'): Lookup {
    this.#servers ??= new NameServers(this.#fixedServers ?? this.#settings.resolvConf.servers);
    this.#own ??= new OwnResolver(this.#servers);
    const name = this.#overrides.get(host.toLowerCase()) ?? host;
    const lookup = new Lookup(name, family, this.#settings.resolvConf, this.#servers, this.#own);
    // Those that were begun before the settings changed are not kept.
    const lookups = this.#lookups;
    lookups[family].set(host, lookup);
    const end = (keepMs: number, addresses: readonly Address[] | Error) => {
      lookups[family].delete(host);
      if (lookups === this.#lookups && keepMs > 0) void this.#keep(host, family, this.#now() + keepMs, addresses);
    };
    const longest = isPrivateHost(name) ? longestOfOwnNetworkMs : longestMs;
    lookup.found.then(
      ({ keepMs, addresses }) => end(Math.min(keepMs, longest), addresses),
      (error) => end(codeOf(error) === 'ENOTFOUND' ? missingMs : 0, error),
    );
    return lookup;
  }

  #keep(
    host: string,
    family: 4 | 6 | 'any',
    until: number,
    answer: readonly Address[] | Error,
  ): Promise<readonly Address[]> {
    const kept = this.#kept[family];
    // The oldest goes; a name in use comes back at its next run.
    if (kept.size >= mostKept)
      for (const [oldest] of kept) {
        kept.delete(oldest);
        break;
      }
    const addresses = answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    addresses.catch(() => {
      // Who asks is told; nobody need have asked.
    });
    kept.delete(host);
    kept.set(host, { until, addresses });
    return addresses;
  }

  #forgetAll(): void {
    for (const kept of Object.values(this.#kept)) kept.clear();
    this.#lookups = noLookups();
    // Not cancelled: who waits for them still gets an answer.
    this.#servers = undefined;
    this.#own = undefined;
  }
}

function noLookups() {
  return { 4: new Map<string, Lookup>(), 6: new Map<string, Lookup>(), any: new Map<string, Lookup>() };
}

const loopback: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function ofFamily(addresses: readonly Address[], family: 4 | 6 | 'any'): readonly Address[] {
  if (family !== 'any') return addresses.filter((address) => address.family === family);
  // IPv4 first, as in an answer of DNS.
  return addresses.toSorted((a, b) => a.family - b.family);
}
