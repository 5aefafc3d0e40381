// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is how watchpost.yaml writes a variable
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Diagnostic, loadConfig, renderDiagnostics } from './index.ts';

const read = (pattern: readonly string[]) =>
  globSync(pattern)
    .toSorted()
    .map((file) => readFileSync(file, 'utf8'))
    .filter((source) => source.length < 10_000);
const good = read(['watchpost.yaml', 'examples/*.yaml']);
const bad = read(['config/testdata/bad/*.yaml']);

/** What makes or breaks YAML, and what JavaScript trips over. */
const scraps = [
  ...'{}[],:-?&*!|>%@`"\'#\t\r\n \0$\u00e9\u4e2d\ud83d\ufeff\u2028',
  ...[
    ': ',
    '- ',
    '\n  ',
    '\n\t',
    '? ',
    '<<: *a\n',
    '&a ',
    '*a',
    '!!binary ',
    '!!set ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...['${', '${HOME}', '$${', '${SECRET}', '__proto__: ', 'constructor: ', 'toString: ', '1e999', '0x1F', '.nan', '~'],
  ...['2026-01-01', '|+\n', '>-\n', '"\\x', '"\\ud800"', '\u{1f642}', 'null', 'true', '[[[[[[[[', '{a: {a: {a: '],
];

test('no mutation of a file makes the loader throw or tell a place that is not there', () => {
  const random = generator(20_260_731);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const count = Number(process.env.FUZZ ?? 1_500);
  let configs = 0;
  let faults = 0;
  for (let i = 0; i < count; i++) {
    let source = pick(random() < 0.6 ? good : bad);
    for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--) source = mutate(source, random, pick);
    const mode = random() < 0.5 ? 'run' : 'generate';
    const loaded = loadConfig(source, { file: 'f.yaml', env: { SECRET: 'env-secret', HOME: '/root' }, mode });
    if ('config' in loaded) {
      configs++;
      continue;
    }
    faults += loaded.diagnostics.length;
    expect(loaded.diagnostics, JSON.stringify(source)).not.toEqual([]);
    expect(loaded.diagnostics.filter((diagnostic) => !isInside(diagnostic, source))).toEqual([]);
    const shown = renderDiagnostics(loaded.diagnostics, source);
    expect(shown).not.toContain('env-secret');
    expect(shown).toContain('f.yaml:');
  }
  // Mutations that all do nothing, or all destroy the file, would prove nothing.
  expect(configs).toBeGreaterThan(count / 100);
  expect(faults).toBeGreaterThan(count);
}, 120_000);

function mutate(source: string, random: () => number, pick: <T>(list: readonly T[]) => T): string {
  const at = Math.floor(random() * (source.length + 1));
  const length = Math.floor(random() * 20);
  switch (Math.floor(random() * 5)) {
    case 0:
      return source.slice(0, at) + source.slice(at + length);
    case 1:
      return source.slice(0, at) + pick(scraps) + source.slice(at);
    case 2:
      return source.slice(0, at) + pick(scraps) + source.slice(at + length);
    case 3:
      return source.slice(0, at) + source.slice(at, at + length * 5) + source.slice(at);
    default: {
      const lines = source.split('\n');
      lines.splice(Math.floor(random() * lines.length), 1, pick(lines));
      return lines.join('\n');
    }
  }
}

function isInside({ line, column, length, message }: Diagnostic, source: string): boolean {
  const text = source.replace(/^\ufeff/, '').split('\n')[line - 1];
  return text !== undefined && column >= 1 && column <= text.length + 1 && length >= 1 && message !== '';
}

/** Mulberry32: the same numbers for the same seed, everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
