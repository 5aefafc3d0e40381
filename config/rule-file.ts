import { z } from 'zod';
import type { Problem, Rule } from '../stack/rule.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Fault, type Path, type Span, toDiagnostics } from './fault.ts';
import { insideScalar } from './inside-scalar.ts';
import { check, issueFaults, type Written } from './issues.ts';
import { keyFaults } from './keys.ts';
import { withoutMark } from './load.ts';
import { asList, asMap, asText, type RawMap } from './raw.ts';
import { readTree, type YamlTree } from './yaml-tree.ts';

const texts = z.record(z.string(), z.string());
const rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
});
/** Prometheus's own format. Only keys that its version 3.5 knows. */
const document = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string().optional(),
      query_offset: z.string().optional(),
      limit: z.int().optional(),
      labels: texts.optional(),
      rules: z.array(rule),
    }),
  ),
});

/** A rule file of the user's. */
export interface RuleFile {
  readonly rules: readonly Rule[];
  /** What is wrong with the file itself: then nothing is known of its rules. */
  readonly diagnostics: readonly Diagnostic[];
  /** What is wrong with its rules, where it is written, in file order. */
  tell(problems: readonly { readonly rule: Rule; readonly problem: Problem }[]): readonly Diagnostic[];
}

/** Reads a file of rules for Prometheus, strictly and with positions, as `watchpost.yaml` is read. */
export function readRuleFile(source: string, file: string): RuleFile {
  const text = withoutMark(source);
  const { tree, faults } = readTree(text);
  const broken = (found: readonly Fault[]): RuleFile => ({
    rules: [],
    diagnostics: toDiagnostics(found, file, text),
    tell: () => [],
  });
  if (!tree) return broken(faults.map(ofRules));
  const raw = asMap(tree.value);
  const parsed = check(document, raw);
  const written: Written = { tree, at: (path) => path.reduce<unknown>(step, raw) };
  const own = [
    ...faults,
    ...('issues' in parsed ? issueFaults(parsed.issues, [], written) : []),
    ...keyFaults(document, raw, [], written),
    ...kindFaults(raw, tree),
  ];
  if (own.length > 0 || !('data' in parsed)) return broken(own);
  const places = new Map(rulesOf(parsed.data).map(({ rule: one, path }) => [one, path]));
  return {
    rules: [...places.keys()],
    diagnostics: [],
    tell: (problems) =>
      toDiagnostics(
        problems.map(({ rule: one, problem }) => placed(problem, places.get(one) ?? [], tree, text)),
        file,
        text,
      ),
  };
}

function rulesOf(parsed: z.output<typeof document>): readonly { readonly rule: Rule; readonly path: Path }[] {
  return parsed.groups.flatMap(({ name, interval, labels: shared = {}, rules }, g) =>
    rules.map(({ alert, record, keep_firing_for, labels = {}, annotations = {}, for: wait, expr }, r) => ({
      path: ['groups', g, 'rules', r],
      rule: {
        kind: alert === undefined ? ('record' as const) : ('alert' as const),
        name: alert ?? record ?? '',
        expr,
        ...(wait !== undefined && { for: wait }),
        ...(keep_firing_for !== undefined && { keepFiringFor: keep_firing_for }),
        labels: { ...shared, ...labels },
        annotations,
        group: { name, ...(interval !== undefined && { interval }) },
      },
    })),
  );
}

/** A rule makes an alert or records a series, and only an alert waits and says something. */
function kindFaults(raw: RawMap, tree: YamlTree): readonly Fault[] {
  return asList(raw.groups).flatMap((group, g) =>
    asList(asMap(group).rules).flatMap((value, r): readonly Fault[] => {
      const own = asMap(value);
      const path = ['groups', g, 'rules', r];
      const [alert, record] = [own.alert, own.record].map((name) => asText(name) !== undefined);
      if (alert && record) {
        return [{ span: tree.keySpan([...path, 'record']), path, message: 'found alert and record, expected one' }];
      }
      if (!alert && !record) {
        const hint = 'alert: NAME, or record: NAME';
        return [{ span: tree.keySpan(path), path, message: 'the rule has no name', hint }];
      }
      return ['for', 'keep_firing_for', 'annotations']
        .filter((key) => record && Object.hasOwn(own, key))
        .map((key) => ({
          span: tree.keySpan([...path, key]),
          path: [...path, key],
          message: `${key} is of alerts, and this rule records`,
        }));
    }),
  );
}

/** Where the piece of text is that a problem is about; the key, where what should be there is not. */
function placed({ at, span, message, hint }: Problem, rulePath: Path, tree: YamlTree, source: string): Fault {
  const path = at[0] === 'group' ? [...rulePath.slice(0, 2), ...at.slice(1)] : [...rulePath, ...at];
  const found = tree.has(path);
  // A rule is an item of a list: what is missing in it is told at its name.
  const near = [...rulePath, tree.has([...rulePath, 'alert']) ? 'alert' : 'record'];
  const whole: Span = found
    ? tree.span(path)
    : tree.span(tree.has(path.slice(0, -1)) && at.length > 1 ? path.slice(0, -1) : near);
  const value = found ? asText(path.reduce<unknown>(step, tree.value)) : undefined;
  const exact = span && value !== undefined ? insideScalar(source, whole, value, span) : whole;
  const shown = found ? exact : at.length > 1 && tree.has(path.slice(0, -1)) ? tree.keySpan(path.slice(0, -1)) : whole;
  return { span: shown, path, message, hint };
}

function step(value: unknown, key: string | number): unknown {
  return Array.isArray(value) ? value[Number(key)] : asMap(value)[key];
}

/** The reader of YAML speaks of `watchpost.yaml`. */
function ofRules(fault: Fault): Fault {
  const message = fault.message.replace('with the key "services"', 'with the key "groups"');
  const hint = fault.message === 'the file is empty' ? 'a rule file begins with `groups:`' : fault.hint;
  return { ...fault, message, hint };
}
