import type { GeneratedFile } from '../stack/surroundings.ts';
import { jsonSchema } from './json-schema.ts';
import { metricReference, optionReference, reasonReference } from './reference.ts';

/** The reference pages and the schema for editors. They depend on the code only, not on a configuration. */
export function generateDocs(): readonly GeneratedFile[] {
  return [
    { path: 'docs/generated/watchpost.schema.json', content: `${JSON.stringify(jsonSchema(), null, 2)}\n` },
    { path: 'docs/generated/options.md', content: optionReference() },
    { path: 'docs/generated/metrics.md', content: metricReference() },
    { path: 'docs/generated/reasons.md', content: reasonReference() },
  ];
}
