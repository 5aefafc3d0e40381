/** Of a page's two sides nobody could say what is wrong where both read the same. */
const words = ', which is another value';

/** Most characters of a text, as `oneLine` has it. */
const longest = 160;

/**
 * What was found, with a word more where it reads as what was expected does: both are masked, both are cut off before they differ, or
 * they differ in what nobody sees (blanks, two ways to write one letter).
 * @param found as it is shown
 * @param expected as it is shown
 */
export function toldApart(found: string, expected: string): string {
  if (found === '' || !readsAlike(found, expected)) return found;
  const room = longest - words.length;
  const shown = found.length > room ? `${found.slice(0, room - 1).replace(/[\ud800-\udbff]$/, '')}…` : found;
  return shown + words;
}

function readsAlike(found: string, expected: string): boolean {
  if (visible(found) === visible(expected)) return true;
  const [ours, theirs] = [quoted(found), quoted(expected)];
  // `a body without "x"` is met by any other one: there the two are meant to be the same.
  return ours !== undefined && ours === theirs && !/\b(?:without|no)\b/.test(expected);
}

/** What stands in quotes, up to the last of them. */
function quoted(text: string): string | undefined {
  const [, inside] = /"(.*)"/s.exec(text) ?? [];
  return inside === undefined ? undefined : visible(inside);
}

function visible(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
