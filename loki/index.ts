import type { Config } from '../config/model.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { alloyConfig } from './alloy.ts';
import { lokiConfig } from './loki.ts';

/** The log store and the log collector that feeds it; nothing where there is no log store. */
export function generateLoki(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  if (!surroundings.has('loki')) return [];
  return [lokiConfig(surroundings), noRules, ...(surroundings.has('alloy') ? [alloyConfig(config, surroundings)] : [])];
}

/** Loki makes the folder of its rules when it is missing, and cannot where it is mounted read-only; git keeps no empty one. */
const noRules: GeneratedFile = {
  path: 'loki/generated/rules/fake/watchpost.yaml',
  content:
    '# Made by `watchpost generate` from watchpost.yaml; do not edit.\n# Log rules: none yet. `fake` is what Loki calls its only tenant.\ngroups: []\n',
};
