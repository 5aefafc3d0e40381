import { nearest } from '../stack/nearest.ts';
import type { Fault, Path, Span } from './fault.ts';
import { commonOptions } from './schema.ts';
import { pieces, variablesIn, variableToken } from './variables.ts';
import type { YamlTree } from './yaml-tree.ts';

interface Context {
  readonly tree: YamlTree;
  readonly source: string;
  /** Missing where no value is looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Whether the probe service alone reads what stands here: only it has the variables. */
export function mayHoldVariables(path: Path): boolean {
  const [services, , probes, , key] = path;
  return (
    services === 'services' && probes === 'probes' && key !== undefined && !Object.hasOwn(commonOptions.shape, key)
  );
}

/**
 * Every fault with `${NAME}` in the file, the names of those that may stand, sorted, and the paths (as JSON) of the
 * texts that are wrong because of one: whatever else is wrong there follows from it.
 */
export function checkVariables(
  root: unknown,
  context: Context,
): { readonly names: readonly string[]; readonly faults: readonly Fault[]; readonly refused: ReadonlySet<string> } {
  const names = new Set<string>();
  const faults: Fault[] = [];
  const refused = new Set<string>();
  for (const { text, path, isKey } of texts(root, [])) {
    if (!text.includes('${')) continue;
    const mayStand = mayHoldVariables(path) && !isKey;
    if (mayStand) for (const name of variablesIn(text)) names.add(name);
    const own = textFaults(text, path, { isKey, mayStand }, context);
    for (const fault of own) faults.push(fault);
    const isMistaken = !mayStand || pieces(text).some((piece) => 'wrong' in piece);
    if (own.length > 0 && isMistaken) refused.add(JSON.stringify(path));
  }
  return { names: [...names].sort(), faults, refused };
}

function textFaults(
  text: string,
  path: Path,
  { isKey, mayStand }: { isKey: boolean; mayStand: boolean },
  { tree, source, env }: Context,
): readonly Fault[] {
  const spanOf = tokenSpans(text, isKey ? tree.keySpan(path) : tree.span(path), source);
  const tokens = pieces(text).filter((piece) => !('text' in piece && piece.text !== '${'));
  return tokens.flatMap((piece, i): readonly Fault[] => {
    if ('text' in piece) return [];
    const at = { span: spanOf(i), path };
    if ('wrong' in piece) {
      const hint = 'a name has letters, digits and _; for the characters themselves write $${';
      return [{ ...at, message: `found ${JSON.stringify(piece.wrong)}, expected a variable such as \${NAME}`, hint }];
    }
    if (isKey) return [{ ...at, message: 'a variable cannot stand in a key' }];
    if (!mayStand) return [{ ...at, ...notHere(path, piece.raw) }];
    if (!env || isSet(env, piece.variable)) return [];
    const meant = nearest(
      piece.variable,
      Object.keys(env).filter((name) => isSet(env, name)),
    );
    const hint = meant === undefined ? 'set it in the environment of the probe service' : `did you mean "${meant}"?`;
    return [{ ...at, message: `the variable ${piece.variable} is not set`, hint }];
  });
}

function notHere(path: Path, raw: string): { readonly message: string; readonly hint: string } {
  const message = `found the variable ${raw}, expected a value: variables may stand only in what a probe sends`;
  if (path[0] === 'notify') return { message, hint: 'a secret is given by file here: webhook_url_file, password_file' };
  return { message, hint: 'other parts of the stack read this value, and they have no variables' };
}

function isSet(env: Readonly<Record<string, string | undefined>>, name: string): boolean {
  return Object.hasOwn(env, name) && env[name] !== undefined;
}

function* texts(value: unknown, path: Path): Generator<{ text: string; path: Path; isKey: boolean }> {
  if (typeof value === 'string') yield { text: value, path, isKey: false };
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* texts(item, [...path, i]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      yield { text: key, path: [...path, key], isKey: true };
      yield* texts(member, [...path, key]);
    }
  }
}

/** The span of the n-th token of a text; of the whole scalar where escapes hide the tokens. */
function tokenSpans(text: string, span: Span, source: string): (index: number) => Span {
  const written = [...source.slice(span.from, span.to).matchAll(variableToken)];
  const count = [...text.matchAll(variableToken)].length;
  return (index) => {
    const match = written.length === count ? written[index] : undefined;
    if (!match) return span;
    return { from: span.from + match.index, to: span.from + match.index + match[0].length };
  };
}
