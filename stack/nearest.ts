/**
 * The known name that was probably meant: few edits away for its length, or undefined. A swap of neighbours is one edit.
 * @param options.differs at most one letter of so many; @param options.longest what is longer is nobody's slip
 */
export function nearest(
  name: string,
  known: readonly string[],
  { differs = 3, longest = 40 }: { readonly differs?: number; readonly longest?: number } = {},
): string | undefined {
  if (name.length > longest) return undefined;
  const limit = Math.max(1, Math.floor(name.length / differs));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    // No fewer edits than letters that one has more.
    if (Math.abs(plain(name).length - plain(candidate).length) >= bestDistance) continue;
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Case, `-` and `_` are no difference: `webhookUrlFile` and `webhook-url-file` mean `webhook_url_file`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
