import type { Config } from '../config/model.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { alloyConfig } from './alloy.ts';
import { lokiConfig } from './loki.ts';

/** The log store and the log collector that feeds it; nothing where there is no log store. */
export function generateLoki(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  if (!surroundings.has('loki')) return [];
  return [lokiConfig(surroundings), ...(surroundings.has('alloy') ? [alloyConfig(config, surroundings)] : [])];
}
