import type { FaultCase } from '../fault-case.ts';
import { boxCases } from './boxes.ts';
import { nginxCases, redisCases } from './caches-and-proxies.ts';
import { channelCases } from './channels.ts';
import { hostCases } from './hosts.ts';
import { logCases } from './logs.ts';
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

/** What comes with a log store, which is a part of every stack and need not run. */
export { logCases };

/** What comes with the `kind` of a service. */
export const kindCases: readonly FaultCase[] = [
  ...postgresCases,
  ...redisCases,
  ...nginxCases,
  ...hostCases,
  ...boxCases,
];
