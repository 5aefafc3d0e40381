/** `{{token}}`, also with blanks inside. */
const placeholder = /\{\{\s*([a-z][a-z0-9_]{0,31})\s*\}\}/g;

/** What a step may call what it saves. */
export const savedName = /^[a-z][a-z0-9_]{0,31}$/;

/** The names that a text asks for. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].map(([, name = '']) => name);
}

/** The text with every placeholder replaced; one whose name is not known stays. */
export function fill(
  text: string,
  values: ReadonlyMap<string, string>,
  write: (value: string, name: string) => string = (value) => value,
): string {
  return text.replaceAll(placeholder, (whole, name: string) => {
    const value = values.get(name);
    return value === undefined ? whole : write(value, name);
  });
}
