import { readRunbook } from '../alerts/index.ts';
import type { Config } from '../config/model.ts';
import { type Service, startService } from '../probes/index.ts';
import { createResolver } from '../probes/net/resolve.ts';
import { systemClock } from '../probes/clock.ts';
import { partNames } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { Listen } from './listen.ts';
import { planFromConfig } from './plan-from-config.ts';
import { tryConfig } from './read-config.ts';

export interface ProbeServiceOptions {
  /** Read anew at each reload. */
  readonly configFile: string;
  readonly listen: Listen;
  readonly alertmanager?: string;
  readonly otlpLogs?: string;
  readonly direct: boolean;
  readonly surroundings: (config: Config) => Surroundings;
  readonly write: (line: string) => void;
}

/** The probe service, put together from its parts. Rejects where the configuration is wrong or the port is taken. */
export async function startProbeService(options: ProbeServiceOptions): Promise<Service> {
  const { configFile, surroundings, listen, alertmanager, otlpLogs, direct, write } = options;
  const native = process.env[targetVariable] !== 'compose';
  return await startService({
    load: async () => {
      const result = await tryConfig(configFile, 'run');
      if ('problem' in result) return result;
      return { plan: planFromConfig(result.config, surroundings(result.config)) };
    },
    listen,
    ...(alertmanager !== undefined && { alertmanager }),
    ...(otlpLogs !== undefined && { otlpLogs }),
    direct,
    clock: systemClock,
    resolve: createResolver({ ...(native && { overrides: new Map(partNames.map((part) => [part, '127.0.0.1'])) }) }),
    runbook: readRunbook,
    write,
  });
}

/** Set in the image: there the names of the parts are Docker's to resolve. */
export const targetVariable = 'WATCHPOST_TARGET';
