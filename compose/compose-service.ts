import type { YamlValue } from '../stack/generated-yaml.ts';

/** A service of compose.yaml, and the comment above it. */
export type ComposeService = readonly [YamlValue, string];
