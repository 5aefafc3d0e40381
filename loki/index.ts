import type { Config } from '../config/model.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { alloyConfig } from './alloy.ts';
import { dockerProxyConfig } from './docker-proxy.ts';
import { lokiConfig } from './loki.ts';
import { logRuleFiles, recordingFile } from './rules/rule-files.ts';

/** The log store with its rules, and the log collector that feeds it; nothing where there is no log store. */
export { logSightings } from './rules/sightings.ts';

export function generateLoki(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  if (!surroundings.has('loki')) return [];
  return [
    lokiConfig(config, surroundings),
    ...logRuleFiles(config),
    ...(surroundings.has('prometheus') ? [recordingFile()] : []),
    ...(surroundings.has('alloy') ? [alloyConfig(config, surroundings)] : []),
    ...(surroundings.has('alloy') && surroundings.target === 'compose' ? [dockerProxyConfig()] : []),
  ];
}
