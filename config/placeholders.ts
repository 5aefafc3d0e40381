import type { Fault, Path } from './fault.ts';
import { asMap, type RawMap } from './raw.ts';
import { type Lookup, mapTexts, substitute, variablesIn } from './variables.ts';

/**
 * Where values are not known (a generator must not see any), a text with variables is right if some values make it
 * right. These stand for them: one of them fits wherever a variable is of use at all.
 */
const candidates: readonly string[] = [
  'placeholder',
  'placeholder.invalid',
  '1',
  'http',
  'http://placeholder.invalid',
  'placeholder.invalid:1',
  '127.0.0.1',
  '1s',
  '00',
  '/placeholder',
  'GET',
  '2xx',
];
/** What the pieces of an address are made of: tried in all combinations, where all of the above would be too many. */
const addressParts: readonly string[] = ['placeholder.invalid', '1', 'http'];

/**
 * The value with its variables substituted: by `lookup` where that knows them, else by a placeholder, chosen so that
 * `faultsOf` finds no fault with that text. A text for which none fits keeps the first one, and its fault.
 */
export function fillVariables(
  raw: RawMap,
  path: Path,
  lookup: Lookup,
  faultsOf: (filled: RawMap) => readonly Fault[],
): RawMap {
  const chosen = new Map<string, ReadonlyMap<string, string>>();
  const texts: { key: string; path: Path; unknown: readonly string[] }[] = [];
  mapTexts(raw, path, (text, at) => {
    const unknown = variablesIn(text).filter((name) => lookup(name) === undefined);
    if (unknown.length > 0) texts.push({ key: JSON.stringify(at), path: at, unknown });
    return text;
  });
  const fill = (text: string, at: Path) =>
    substitute(text, (name) => lookup(name) ?? chosen.get(JSON.stringify(at))?.get(name) ?? candidates[0]);
  const filled = () => asMap(mapTexts(raw, path, fill));
  for (const { key, path: at, unknown } of texts) {
    const fits = (values: ReadonlyMap<string, string>) => {
      chosen.set(key, values);
      return !faultsOf(filled()).some((fault) => concerns(fault.path, at));
    };
    if (!assignments(unknown).some(fits)) chosen.delete(key);
  }
  return filled();
}

/** A fault at the text, below it, or at the map or list around it that could not be told apart. */
function concerns(fault: Path, text: Path): boolean {
  const shorter = fault.length < text.length ? fault : text;
  return shorter.every((step, i) => fault[i] === step && text[i] === step);
}

function assignments(names: readonly string[]): readonly ReadonlyMap<string, string>[] {
  if (names.length > 4) return candidates.map((value) => new Map(names.map((name) => [name, value])));
  const values = names.length > 2 ? addressParts : candidates;
  let all: readonly ReadonlyMap<string, string>[] = [new Map()];
  for (const name of names) all = all.flatMap((some) => values.map((value) => new Map([...some, [name, value]])));
  return all;
}
