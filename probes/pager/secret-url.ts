import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { isPrivateHost } from '../../stack/private-host.ts';
import type { Secret } from '../../stack/secret.ts';

/** What was dialled is no address to which a secret may go in the clear. */
export class NotPrivate extends Error {}

/** A web address of which nothing may be shown: who has it can use it. */
export interface SecretUrl {
  readonly url: URL;
  /** A connection of its own for each request: they are rare, and an old one may be dead. The caller destroys it. */
  agent(): Agent;
  /** The text without the address. */
  redact(text: string): string;
}

/**
 * The address, or what is wrong with it.
 * @param name what it is, for people: `the webhook URL`
 */
export function secretUrl(secret: Secret, name: string): SecretUrl | { readonly problem: string } {
  const url = URL.parse(secret.reveal().trim());
  if (!url || !/^https?:$/.test(url.protocol)) return { problem: `${name} is not a web address` };
  const plainHttp = `${name.replace(/^the /, 'a ')} with http:// may only point to a loopback or private address; use https://`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isOpen = url.protocol === 'http:';
  if (isOpen && isIP(host) && !isPrivateHost(host)) return { problem: plainHttp };
  const secrets = [url.href, `${url.pathname}${url.search}`, url.pathname].filter((part) => part.length > 1);
  return {
    url,
    agent: () => new Agent({ connect: isOpen ? { lookup: privateLookup(plainHttp) } : {} }),
    redact: (text) => secrets.reduce((left, part) => left.replaceAll(part, '[redacted]'), text),
  };
}

/** Resolves as ever, and refuses a name with an address on the internet: what is connected to is what was looked at. */
function privateLookup(problem: string): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      if (!found.every(({ address }) => isPrivateHost(address))) return done(new NotPrivate(problem), []);
      const [first] = found;
      if (options.all || !first) return done(null, found);
      done(null, first.address, first.family);
    });
  };
}
