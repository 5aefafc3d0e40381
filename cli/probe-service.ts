import { readRunbook } from '../alerts/runbook.ts';
import type { Config } from '../config/model.ts';
import { systemClock } from '../probes/clock.ts';
import { type Service, startService } from '../probes/index.ts';
import { otherResolvers } from '../probes/net/other-resolvers.ts';
import { createResolver } from '../probes/net/resolve.ts';
import { makeControls } from '../probes/probers/controls.ts';
import { partNames } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { defaultDataFolder } from './checkout.ts';
import type { Listen } from './listen.ts';
import { nativeFolders } from './native/folders.ts';
import { planFromConfig } from './plan-from-config.ts';
import { tryConfig } from './read-config.ts';
import { composeSurroundings, nativeSurroundings, wantedParts } from './surroundings.ts';
import { UserError } from './user-error.ts';

export interface ProbeServiceOptions {
  /** Read anew at each reload. */
  readonly configFile: string;
  readonly listen: Listen;
  readonly alertmanager?: string;
  readonly prometheus?: string;
  readonly loki?: string;
  readonly otlpLogs?: string;
  readonly direct: boolean;
  /** Folder for what outlives the process. */
  readonly data?: string;
  /** Which of the locations that the configuration names this is. Default: its own. */
  readonly location?: string;
  readonly surroundings: (config: Config) => Surroundings;
  /** What is left of the configuration where not all of it can work. */
  readonly adapt?: (config: Config) => Config;
  readonly write: (line: string) => void;
}

/** The probe service, put together from its parts. Rejects where the configuration is wrong or the port is taken. */
export async function startProbeService(options: ProbeServiceOptions): Promise<Service> {
  const {
    configFile,
    surroundings,
    listen,
    alertmanager,
    prometheus,
    loki,
    otlpLogs,
    direct,
    data,
    location,
    adapt = same,
    write,
  } = options;
  return await startService({
    load: async () => {
      const result = await tryConfig(configFile, 'run');
      if ('problem' in result) return result;
      const config = adapt(result.config);
      const problem = locationProblem(config, location);
      if (problem !== undefined) return { problem };
      try {
        return { plan: planFromConfig(config, surroundings(config), location) };
      } catch (error) {
        if (error instanceof UserError) return { problem: error.message };
        throw error;
      }
    },
    listen,
    ...(alertmanager !== undefined && { alertmanager }),
    ...(prometheus !== undefined && { prometheus }),
    ...(loki !== undefined && { loki }),
    ...(otlpLogs !== undefined && { otlpLogs }),
    direct,
    ...(data !== undefined && { data }),
    clock: systemClock,
    resolve: createResolver({
      ...(!inImage() && { overrides: new Map(partNames.map((part) => [part, '127.0.0.1'])) }),
    }),
    resolvers: otherResolvers,
    controls: makeControls,
    runbook: readRunbook,
    write,
  });
}

/** What is wrong with a location, for people; undefined where nothing is. */
export function locationProblem(config: Config, location: string | undefined): string | undefined {
  const known = [config.location, ...config.locations.map(({ name }) => name)];
  if (location === undefined || known.includes(location)) return undefined;
  return `the configuration names no location "${location}"; it names ${known.join(', ')}`;
}

function same(config: Config): Config {
  return config;
}

/** In the image as Compose sees it, else as this host does. */
export function surroundingsHere(config: Config): Surroundings {
  if (inImage()) return composeSurroundings(config);
  const { data, out } = nativeFolders(defaultDataFolder);
  return nativeSurroundings({ config, data, out, present: wantedParts(config) });
}

/** Set in the image: there the names of the parts are Docker's to resolve. */
const targetVariable = 'WATCHPOST_TARGET';

function inImage(): boolean {
  return process.env[targetVariable] === 'compose';
}
