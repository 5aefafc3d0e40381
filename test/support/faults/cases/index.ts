import type { FaultCase } from '../fault-case.ts';
import { boxCases } from './boxes.ts';
import { nginxCases, redisCases } from './caches-and-proxies.ts';
import { channelCases } from './channels.ts';
import { collectorCases } from './collector.ts';
import { hostCases } from './hosts.ts';
import { lokiCases } from './logs.ts';
import { objectiveCases } from './objectives.ts';
import { partCases } from './parts.ts';
import { postgresCases } from './postgres.ts';
import { probeDownCases } from './probe-down.ts';
import { probeServiceCases } from './probe-service.ts';

/** What every stack has. */
export const coreCases: readonly FaultCase[] = [
  ...probeDownCases,
  ...objectiveCases,
  ...probeServiceCases,
  ...partCases,
  ...channelCases,
];

/** What comes with a log store and a log collector, which are parts of every stack and need not run. */
export const logCases: readonly FaultCase[] = [...lokiCases, ...collectorCases];

/** What comes with the `kind` of a service. */
export const kindCases: readonly FaultCase[] = [
  ...postgresCases,
  ...redisCases,
  ...nginxCases,
  ...hostCases,
  ...boxCases,
];
