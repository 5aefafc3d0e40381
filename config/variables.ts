import type { Path } from './fault.ts';

/** What a text is made of: `$${` stands for `${` itself, `${NAME}` for the value of the variable. */
export type Piece =
  | { readonly text: string }
  | { readonly variable: string; readonly raw: string }
  | { readonly wrong: string };

export type Lookup = (name: string) => string | undefined;

export const variableToken = /\$\$\{|\$\{([^}$]*)\}|\$\{/g;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(variableToken)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    end = match.index + match[0].length;
    if (match[0] === '$${') found.push({ text: '${' });
    else if (match[1] !== undefined && variableName.test(match[1])) found.push({ variable: match[1], raw: match[0] });
    else found.push({ wrong: match[0] });
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** The names of the variables in a text, each once. */
export function variablesIn(text: string): readonly string[] {
  return [...new Set(pieces(text).flatMap((piece) => ('variable' in piece ? [piece.variable] : [])))];
}

/** The text with the values in it; what has no value stays as it is written. */
export function substitute(text: string, lookup: Lookup): string {
  return pieces(text)
    .map((piece) => {
      if ('text' in piece) return piece.text;
      return 'variable' in piece ? (lookup(piece.variable) ?? piece.raw) : piece.wrong;
    })
    .join('');
}

/** The value with every text in it replaced. Maps and lists are copied, keys stay. */
export function mapTexts(value: unknown, path: Path, replace: (text: string, path: Path) => string): unknown {
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((item, i) => mapTexts(item, [...path, i], replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapTexts(member, [...path, key], replace)]),
  );
}
