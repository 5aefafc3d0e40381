import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkOwnRules } from '../alerts/own-rules.ts';
import { type Diagnostic, readRuleFile, renderDiagnostics } from '../config/index.ts';
import type { Config, OwnRuleFile } from '../config/model.ts';
import { sayPath } from './checkout.ts';
import { sayFileFault } from './say-file-fault.ts';

/** The configuration with the user's own rules in it, or what is wrong with them, for a person to read. */
export async function withOwnRules(
  config: Config,
  configFile: string,
): Promise<{ readonly config: Config } | { readonly problem: string }> {
  if (config.rules === undefined) return { config };
  const folder = resolve(dirname(configFile), config.rules);
  const named = `${sayPath(configFile)}: rules: `;
  let files: readonly OwnRuleFile[];
  try {
    files = await read(folder);
  } catch (error) {
    return { problem: `${named}cannot read ${sayPath(folder)}: ${sayFileFault(error)}` };
  }
  const [odd] = files.filter(({ name }) => !/^[a-zA-Z0-9][\w.-]*\.yaml$/.test(name));
  if (odd) {
    const file = sayPath(join(folder, odd.name));
    return { problem: `${named}${file}: a rule file is called NAME.yaml: letters, digits, . - and _` };
  }
  const rules = files.filter(({ name }) => !name.endsWith('.test.yaml'));
  if (rules.length === 0) return { problem: `${named}no rule file (*.yaml) is in ${sayPath(folder)}` };
  const problem = faultsOf(rules, folder, config);
  return problem === '' ? { config: { ...config, ruleFiles: files } } : { problem };
}

/** Sorted, so that what is generated does not depend on the order of a folder. Files that are not YAML are none of ours. */
async function read(folder: string): Promise<readonly OwnRuleFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && /\.ya?ml$/i.test(entry.name)).map(({ name }) => name);
  return await Promise.all(
    names.sort().map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
  );
}

/** All of them: a rule is compared with those of the other files as well. */
function faultsOf(files: readonly OwnRuleFile[], folder: string, config: Config): string {
  const read = files.map(({ name, text }) => ({ text, file: readRuleFile(text, sayPath(join(folder, name))) }));
  const problems = checkOwnRules(
    read.flatMap(({ file }) => file.rules),
    config,
  ).map(({ rule, check, problem }) => ({
    rule,
    problem: { ...problem, message: `${problem.message} [${check}]` },
  }));
  return read
    .map(({ text, file }) => render([...file.diagnostics, ...file.tell(of(file.rules, problems))], text))
    .filter((text) => text !== '')
    .join('\n\n');
}

function of<Problem extends { readonly rule: unknown }>(rules: readonly unknown[], problems: readonly Problem[]) {
  const own = new Set(rules);
  return problems.filter(({ rule }) => own.has(rule));
}

function render(diagnostics: readonly Diagnostic[], text: string): string {
  return diagnostics.length === 0 ? '' : renderDiagnostics(diagnostics, text).trimEnd();
}
