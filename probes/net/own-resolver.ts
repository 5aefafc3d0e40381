import { Resolver } from 'node:dns/promises';
import { isPrivateHost } from '../../stack/private-host.ts';
import { codeOf } from './failure.ts';

/** Answers that say that a server is there, whatever it thinks of the question. */
const answered: ReadonlySet<string> = new Set(['ENODATA', 'ENOTFOUND', 'EREFUSED', 'ENOTIMP', 'EFORMERR']);

/**
 * Whether the name servers of this machine work: what tells a name that fails (the target's doing) from a resolver that
 * does (ours). They are asked for the servers of the root, which depends on no target. For a public name `SERVFAIL` counts
 * as no answer: a server that cannot even find the root is cut off. For a name of the own network it counts as one:
 * Docker's server says so of a stopped container where it has nobody to ask further.
 * @param options.servers addresses with ports, where not the machine's own
 */
export async function ownResolverAnswers(
  host: string,
  options: { readonly servers?: readonly string[]; readonly timeoutMs?: number } = {},
): Promise<boolean> {
  // Made anew each time: it reads the machine's settings when it is made, and they change.
  const resolver = new Resolver({ timeout: options.timeoutMs ?? 1_000, tries: 1 });
  if (options.servers) resolver.setServers(options.servers);
  try {
    await resolver.resolveNs('.');
    return true;
  } catch (error) {
    const code = codeOf(error);
    return answered.has(code) || (code === 'ESERVFAIL' && isPrivateHost(host));
  } finally {
    resolver.cancel();
  }
}
