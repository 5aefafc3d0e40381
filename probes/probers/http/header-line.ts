const tab = 9;
const lf = 10;
const cr = 13;
const blank = 32;

export function isBlank(byte: number | undefined): boolean {
  return byte === blank || byte === tab;
}

/** The lines of a value in one, with a blank in between (RFC 9112, section 5.2). */
export function unfolded(lines: string): string {
  return lines
    .split('\n')
    .map(trimmed)
    .filter((line) => line !== '')
    .join(' ');
}

/** Without blanks and line ends before and behind it, and nothing else: a byte of 0xa0 belongs to a text. */
export function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isAround(text.charCodeAt(from))) from++;
  while (to > from && isAround(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isAround(code: number): boolean {
  return code === blank || code === tab || code === cr || code === lf;
}
