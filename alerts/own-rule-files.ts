import type { Config } from '../config/model.ts';
import type { GeneratedFile } from '../stack/surroundings.ts';

/** As Prometheus and promtool read them: under names that none of ours has, and word for word. */
export function ownRuleFiles({ ruleFiles = [] }: Config): readonly GeneratedFile[] {
  const names = ruleFiles.map(({ name }) => name);
  return ruleFiles.map(({ name, text }) => {
    const isTest = name.endsWith('.test.yaml');
    const content = isTest ? withGeneratedNames(text, names) : text;
    const lines = content.endsWith('\n') ? content : `${content}\n`;
    return {
      path: `alerts/generated/${isTest ? 'tests' : 'rules'}/own-${name}`,
      content: `# Copied by \`watchpost generate\` from ${name}; do not edit here.\n${lines}`,
    };
  });
}

/** A test names rule files beside it; here they are in another folder, under another name. */
function withGeneratedNames(text: string, names: readonly string[]): string {
  return names
    .filter((name) => !name.endsWith('.test.yaml'))
    .reduce(
      (changed, name) =>
        changed.replaceAll(
          new RegExp(
            `^(\\s*-\\s*|rule_files:\\s*\\[.*?)(["']?)(?:\\./)?${name.replaceAll('.', '\\.')}\\2(?=\\s|,|\\]|$)`,
            'gm',
          ),
          (_, before: string) => `${before}../rules/own-${name}`,
        ),
      text,
    );
}
