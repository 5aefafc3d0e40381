/** The front door: reads `watchpost.yaml`, tells what is wrong with it, and documents what may stand in it. */
export type { Diagnostic } from './diagnostic.ts';
export { generateDocs } from './docs.ts';
export { jsonSchema } from './json-schema.ts';
export { type Loaded, type LoadOptions, loadConfig } from './load.ts';
export type * from './model.ts';
export { optionReference } from './reference.ts';
export { renderDiagnostics } from './render.ts';
export { type RuleFile, readRuleFile } from './rule-file.ts';
