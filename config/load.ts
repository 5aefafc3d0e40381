import { z } from 'zod';
import { buildConfig } from './build.ts';
import { crossChecks, probesOf } from './checks.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Fault, type Path, toDiagnostics } from './fault.ts';
import { check, issueFaults, missingKey, type Written } from './issues.ts';
import { keyFaults } from './keys.ts';
import type { Config } from './model.ts';
import { fillVariables } from './placeholders.ts';
import { misfitFaults, proberOf, type ReadProbe, readProbe, variablesOf } from './probe.ts';
import { asList, asMap, member, type RawMap } from './raw.ts';
import { documentSchema } from './schema.ts';
import { checkVariables, mayHoldVariables } from './variable-faults.ts';
import { type Lookup, mapTexts, substitute, variablesIn } from './variables.ts';
import { readTree } from './yaml-tree.ts';

export interface LoadOptions {
  /** As diagnostics name it. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * `run` resolves variables, and one that is not set is a fault. `generate` never looks at a value: what a variable
   * stands in holds a placeholder, and is no part of any generated file.
   */
  readonly mode: 'run' | 'generate';
}

export type Loaded = { readonly config: Config } | { readonly diagnostics: readonly Diagnostic[] };

const document = documentSchema(z.record(z.string(), z.unknown()));

/** Reads a `watchpost.yaml`. Gives the configuration, or every fault in it in file order; throws for no text at all. */
export function loadConfig(source: string, { file, env, mode }: LoadOptions): Loaded {
  const text = withoutMark(source);
  const { tree, faults: syntax } = readTree(text);
  if (!tree) return { diagnostics: toDiagnostics(syntax, file, text) };

  const raw = asMap(tree.value);
  const lookup = (name: string) => (mode === 'run' && Object.hasOwn(env, name) ? env[name] : undefined);
  const variables = checkVariables(raw, { tree, source: text, ...(mode === 'run' && { env }) });
  // Outside of probes only the escape is resolved: a variable there has its fault already.
  const literal = asMap(
    mapTexts(raw, [], (found, path) => (mayHoldVariables(path) ? found : substitute(found, () => undefined))),
  );
  const parsed = check(document, literal);
  const written: Written = { tree, at: (path) => valueAt(raw, path) };
  const probes = readProbes(literal, lookup, written);
  const told = [
    ...('issues' in parsed ? issueFaults(parsed.issues, [], written) : []),
    ...keyFaults(document, literal, [], written),
    ...probes.faults,
    ...crossChecks(literal, tree),
  ];
  const faults = [...syntax, ...variables.faults, ...withoutEchoes(told, variables.refused)];
  if (faults.length > 0 || !('data' in parsed)) return { diagnostics: toDiagnostics(faults, file, text) };
  const about = { file, source, variables: variables.names };
  return { config: buildConfig(parsed.data, literal, probes.read, about) };
}

/** The text without a byte order mark, which editors do not count as a column. */
export function withoutMark(source: string): string {
  return source.startsWith('\ufeff') ? source.slice(1) : source;
}

/** Without what only repeats another fault: a text that has a variable in it by mistake, a key that is only misspelt. */
function withoutEchoes(faults: readonly Fault[], refused: ReadonlySet<string>): readonly Fault[] {
  const key = (path: Path, name: string) => JSON.stringify([...path.slice(0, -1), name]);
  const meant = new Set(faults.flatMap((fault) => (fault.meant ? [key(fault.path, fault.meant)] : [])));
  return faults.filter(({ path, message }) => {
    const own = JSON.stringify(path);
    return !refused.has(own) && !(meant.has(own) && message === missingKey(String(path.at(-1))));
  });
}

// Faults are pushed one by one: a spread of very many arguments overflows the stack.
function readProbes(document: RawMap, lookup: Lookup, written: Written) {
  const read = new Map<string, Map<string, ReadProbe>>();
  const faults: Fault[] = [];
  for (const { service, name, label, path, probe } of probesOf(document)) {
    const named = proberOf(probe, path, label, written);
    if ('faults' in named) {
      for (const fault of named.faults) faults.push(fault);
      continue;
    }
    const parse = (filled: RawMap) => readProbe(named.prober, filled, path, written);
    const filled = fillVariables(probe, path, lookup, (attempt) => faultsOf(parse(attempt)));
    const result = parse(filled);
    for (const fault of faultsOf(result)) faults.push(fault);
    if ('probe' in result) {
      const text = probe[named.prober.kind];
      // A placeholder says nothing of what the value will be.
      const isKnown = typeof text !== 'string' || variablesIn(text).every((name) => lookup(name) !== undefined);
      if (isKnown) for (const fault of misfitFaults(named.prober, result.probe, path, written)) faults.push(fault);
      read.set(
        service,
        (read.get(service) ?? new Map<string, ReadProbe>()).set(
          name,
          withVariables(result.probe, variablesOf(probe, lookup)),
        ),
      );
    }
  }
  return { read, faults };
}

function withVariables(probe: ReadProbe, variables: ReadProbe['variables']): ReadProbe {
  return variables ? { ...probe, variables } : probe;
}

function faultsOf(result: ReturnType<typeof readProbe>): readonly Fault[] {
  return 'faults' in result ? result.faults : [];
}

function valueAt(root: unknown, path: Path): unknown {
  let found = root;
  for (const step of path) found = typeof step === 'number' ? asList(found)[step] : member(found, step);
  return found;
}
