import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { probers } from '../probes/probers/index.ts';
import { loadConfig, renderDiagnostics } from './index.ts';

test.each(probers.map(({ kind }) => ({ kind })))(
  'the example of the prober $kind is a right one, and its own',
  ({ kind }) => {
    const example = readFileSync(new URL(`../probes/probers/${kind}/example.yaml`, import.meta.url), 'utf8');
    const indented = example.replaceAll(/^(?=.)/gm, '      ');
    const source = `stack: example\nservices:\n  sample:\n    probes:\n${indented}`;
    const result = loadConfig(source, { file: 'example.yaml', env: {}, mode: 'generate' });
    expect('diagnostics' in result ? renderDiagnostics(result.diagnostics, source) : '').toBe('');
    const probes = Object.values(parse(example) as Record<string, Record<string, unknown>>);
    expect(probes.filter((probe) => !(kind in probe))).toEqual([]);
  },
);
