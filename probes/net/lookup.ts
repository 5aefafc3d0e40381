import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Address } from '../model.ts';
import { codeOf } from './failure.ts';
import { type NameAnswer, type NameServers, withCode } from './name-servers.ts';
import type { ResolvConf } from './name-settings.ts';
import type { OwnResolver } from './own-resolver.ts';
import { untilAborted } from './until-aborted.ts';

export interface Found {
  readonly addresses: readonly Address[];
  /** For how long the answer may be kept. */
  readonly keepMs: number;
}

/** One question to DNS about a name, for all who ask it at the same time. */
export class Lookup {
  readonly name: string;
  readonly found: Promise<Found>;
  readonly #own: OwnResolver;

  constructor(name: string, family: 4 | 6 | 'any', settings: ResolvConf, servers: NameServers, own: OwnResolver) {
    this.name = name;
    this.#own = own;
    this.found = lookUp(name, family, settings, servers);
    const timer = setTimeout(() => void own.answers(name), slowMs);
    const end = () => clearTimeout(timer);
    this.found.then(end, end);
  }

  /** The error that says whose fault it is. Does not wait longer than the signal allows. */
  async blame(error: unknown, signal: AbortSignal): Promise<unknown> {
    // Time is up, so only what is known already can be said.
    if (signal.aborted) return withCode(this.#own.hasAnswered(this.name) ? 'ESERVFAIL' : 'EAI_AGAIN', error);
    if (codeOf(error) === 'ENOTFOUND') return error;
    const lack = lackOfDescriptors();
    if (lack) return withCode(lack, error);
    const works = await untilAborted(this.#own.answers(this.name), signal).catch(() => false);
    return withCode(works ? 'ESERVFAIL' : 'EAI_AGAIN', error);
  }
}

/** A lookup takes far less than this, so that one which takes longer is a reason to look after our own resolver. */
const slowMs = 100;

/** A name below each search domain and as it stands, in the order of resolv.conf(5); the first that has an address. */
async function lookUp(
  name: string,
  family: 4 | 6 | 'any',
  { search, ndots }: ResolvConf,
  servers: NameServers,
): Promise<Found> {
  let failure: unknown;
  for (const candidate of candidates(name, search, ndots)) {
    try {
      const found = await addressesOf(candidate, family, servers);
      if (found.addresses.length > 0) return found;
    } catch (error) {
      // Silent servers will not answer about the next one either; servers that fail for one domain may know the others.
      if (codeOf(error) === 'ETIMEOUT') throw error;
      failure ??= error;
    }
  }
  throw failure ?? withCode('ENOTFOUND', undefined);
}

export function candidates(name: string, search: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const below = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...below] : [...below, name];
}

async function addressesOf(name: string, family: 4 | 6 | 'any', servers: NameServers): Promise<Found> {
  if (family !== 'any') return toFound([await servers.ask(name, family)]);
  const asked = [servers.ask(name, 4), servers.ask(name, 6)] as const;
  const [four, six] = await Promise.allSettled(asked.map((one, i) => sparing(one, asked[1 - i] ?? one)));
  const answers = [four, six].flatMap((one) => (one?.status === 'fulfilled' ? [one.value] : []));
  const found = toFound(answers);
  const failure = [four, six].find((one) => one?.status === 'rejected');
  if (!failure) return found;
  if (found.addresses.length === 0) throw failure.reason;
  // Half an answer is used, as every client does, and not kept: the other half is asked for again.
  return { ...found, keepMs: 0 };
}

/**
 * The answer, but no longer than a little while after the other one has brought addresses: a name server that drops the
 * questions of one family is no reason to wait for it.
 */
function sparing(one: Promise<NameAnswer>, other: Promise<NameAnswer>): Promise<NameAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<NameAnswer>();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  one.then(resolve, reject).finally(() => {
    ended = true;
    clearTimeout(timer);
  });
  const wait = ({ addresses }: NameAnswer) => {
    if (ended || addresses.length === 0) return;
    timer = setTimeout(() => reject(withCode('ETIMEOUT', undefined)), otherFamilyMs);
  };
  other.then(wait, () => {
    // What it failed by is said where it is awaited itself.
  });
  return promise;
}

const otherFamilyMs = 250;

/** IPv4 first: most of what is probed has it, and many a prober has no way to IPv6. */
function toFound(answers: readonly NameAnswer[]): Found {
  const full = answers.filter(({ addresses }) => addresses.length > 0);
  return {
    addresses: full.flatMap(({ addresses }) => addresses),
    keepMs: Math.min(...full.map(({ ttlSeconds }) => ttlSeconds), Number.MAX_SAFE_INTEGER) * 1_000,
  };
}

/** Without descriptors no server can be asked, which c-ares reports as a connection refused by it. */
export function lackOfDescriptors(): string | undefined {
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === 'EMFILE' || code === 'ENFILE' ? code : undefined;
  }
}
