import type { Resolve } from '../model.ts';
import { type NameFiles, NameSettings, systemNameFiles } from './name-settings.ts';
import { createResolver } from './resolve.ts';

export interface NamedResolver {
  /** As a page says it: `the name server 10.0.0.2`. */
  readonly name: string;
  readonly resolve: Resolve;
}

/** More are not asked. */
const most = 3;

/**
 * The name servers of resolv.conf after the first, each by itself: what a diagnosis compares the usual answer with. Empty
 * where there is but one, and where the file cannot be read. Nothing is kept of their answers.
 */
export function otherResolvers(files: NameFiles = systemNameFiles): readonly NamedResolver[] {
  const settings = new NameSettings(files);
  try {
    settings.look(performance.now());
  } catch {
    // No descriptor is left. Then there are graver things to say than what another server thinks.
    return [];
  }
  return settings.resolvConf.servers.slice(1, 1 + most).map((server) => ({
    name: `the name server ${server.replace(/:53$/, '').replaceAll(/[[\]]/g, '')}`,
    resolve: createResolver({ servers: [server], resolvConf: files.resolvConf, hostsFile: '' }),
  }));
}
