/** The front door: reads `watchpost.yaml` and tells what is wrong with it. */
export type { Diagnostic } from './diagnostic.ts';
export { type Loaded, type LoadOptions, loadConfig } from './load.ts';
export type { Config, ProbeConfig, ServiceConfig } from './model.ts';
export { renderDiagnostics } from './render.ts';
