import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { ownContext } from '../../alerts/checks/context.ts';
import { checkRules } from '../../alerts/checks/index.ts';
import { ruleFiles } from '../../alerts/rule-files.ts';
import { loadConfig } from '../../config/index.ts';
import type { Rule } from '../../stack/rule.ts';

const configs = ['watchpost.yaml', ...readdirSync('examples').map((name) => `examples/${name}`)].filter((name) =>
  name.endsWith('.yaml'),
);

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly {
      readonly alert?: string;
      readonly record?: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
  }[];
}

/** Read by another parser than the one that wrote them. */
function rulesFrom(file: string): readonly Rule[] {
  const loaded = loadConfig(readFileSync(file, 'utf8'), { file, env: {}, mode: 'generate' });
  if ('diagnostics' in loaded) throw new Error(`${file} is not right`);
  return ruleFiles(loaded.config).flatMap(({ content }) =>
    (load(content) as RuleFile).groups.flatMap(({ name: groupName, interval, rules }) =>
      rules.map(({ alert, record, labels = {}, annotations = {}, ...rule }) => ({
        ...rule,
        kind: alert === undefined ? ('record' as const) : ('alert' as const),
        name: alert ?? record ?? '',
        labels,
        annotations,
        group: { name: groupName, ...(interval !== undefined && { interval }) },
      })),
    ),
  );
}

describe('the rules that are generated', () => {
  test.each(configs)('from %s have nothing wrong with them', (file) => {
    const rules = rulesFrom(file);
    expect(rules.length).toBeGreaterThan(20);
    const found = checkRules(rules, ownContext).map(
      ({ rule, check, problem }) =>
        `${rule.name}: ${check}: ${problem.message}${problem.hint ? ` (${problem.hint})` : ''}`,
    );
    expect(found).toEqual([]);
  });

  test('name no recorded series that no rule records', () => {
    const rules = rulesFrom('examples/panel.yaml');
    const recorded = new Set(rules.flatMap(({ kind, name }) => (kind === 'record' ? [name] : [])));
    const named = rules.flatMap(({ expr }) => expr.match(/\b[a-z]\w*:\w+(?::\w+)*/g) ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !recorded.has(name))).toEqual([]);
  });
});
