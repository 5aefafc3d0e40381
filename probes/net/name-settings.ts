import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Address } from '../model.ts';
import { codeOf } from './failure.ts';

/** Where this machine says how names are resolved. */
export interface NameFiles {
  readonly hosts: string;
  readonly resolvConf: string;
}

export const systemNameFiles: NameFiles = { hosts: '/etc/hosts', resolvConf: '/etc/resolv.conf' };

/** Addresses by name in lower case, in the order of the file. */
export type Hosts = ReadonlyMap<string, readonly Address[]>;

export interface ResolvConf {
  /** With ports, as c-ares takes them: `10.0.0.2:53`, `[fd00::2]:53`. At least one. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** A name with as many dots is tried as it stands before it is tried below the search domains. */
  readonly ndots: number;
}

/**
 * The hosts file and resolv.conf, read again when they have changed. They are looked at once a second at most, without a
 * descriptor and without leaving the thread: both are small files of the system's own disk.
 */
export class NameSettings {
  readonly #hosts: WatchedFile<Hosts>;
  readonly #resolvConf: WatchedFile<ResolvConf>;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(files: NameFiles) {
    this.#hosts = new WatchedFile(files.hosts, parseHosts);
    this.#resolvConf = new WatchedFile(files.resolvConf, (text) => parseResolvConf(text, hostname()));
  }

  /**
   * True where something may be different from what was read before. Throws where there is no descriptor to read it with.
   * @param now milliseconds of a clock that only goes forward
   */
  look(now: number): boolean {
    if (now - this.#lookedAt < lookEveryMs) return false;
    // Both are looked at, whether or not the first has changed.
    const changed = [this.#hosts.look(), this.#resolvConf.look()].includes(true);
    this.#lookedAt = now;
    return changed;
  }

  get hosts(): Hosts {
    return this.#hosts.content;
  }

  get resolvConf(): ResolvConf {
    return this.#resolvConf.content;
  }
}

const lookEveryMs = 1_000;

class WatchedFile<T> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  #stamp: string | undefined;
  #content: T;

  constructor(path: string, parse: (text: string) => T) {
    this.#path = path;
    this.#parse = parse;
    this.#content = parse('');
  }

  get content(): T {
    return this.#content;
  }

  look(): boolean {
    const stamp = stampOf(this.#path);
    if (stamp === this.#stamp) return false;
    this.#content = this.#parse(stamp === missing ? '' : contentOf(this.#path));
    this.#stamp = stamp;
    return true;
  }
}

const missing = 'missing';

/** Equal exactly while nobody has written to the file or put another in its place. */
function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.mtimeNs} ${stats.size}` : missing;
}

/** As the system does, a file that may not be read is taken for an empty one. Without descriptors nothing is known of it. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE') throw error;
    return '';
  }
}

export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of new Set(names.map((n) => n.toLowerCase()))) {
      const addresses = hosts.get(name);
      if (addresses) addresses.push({ address, family });
      else hosts.set(name, [{ address, family }]);
    }
  }
  return hosts;
}

/**
 * resolv.conf(5). Without `search`, the domain of this machine's own name is searched, as the system does.
 * @param ownName what the machine is called
 */
export function parseResolvConf(text: string, ownName: string): ResolvConf {
  const servers: string[] = [];
  let search = ownName.includes('.') ? [ownName.slice(ownName.indexOf('.') + 1)] : [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword = '', ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    const [first] = values;
    if (keyword === 'nameserver' && first && isIP(first))
      servers.push(first.includes(':') ? `[${first}]:53` : `${first}:53`);
    // Of several, the last one counts.
    if (keyword === 'search') search = values;
    if (keyword === 'domain' && first) search = [first];
    if (keyword === 'options') {
      const said = values.findLast((option) => /^ndots:\d+$/.test(option));
      // More than 15 are 15 to the system too.
      if (said) ndots = Math.min(15, Number(said.slice('ndots:'.length)));
    }
  }
  return {
    // As the system does where none is named.
    servers: servers.length > 0 ? servers : ['127.0.0.1:53'],
    // `search .` is how one says that there is none.
    search: search.map((domain) => domain.replace(/^\.|\.$/g, '')).filter((domain) => domain !== ''),
    ndots,
  };
}
