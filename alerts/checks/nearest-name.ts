/** The known name that this one begins, or is most like: at most a quarter of it differs. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [longer] = known.filter((candidate) => candidate.startsWith(`${name}_`)).sort((a, b) => a.length - b.length);
  if (longer !== undefined) return longer;
  let best: string | undefined;
  let least = Math.floor(name.length / 4) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const cost = distance(name, candidate, least);
    if (cost < least) [best, least] = [candidate, cost];
  }
  return best;
}

/** How many letters have to be put in, left out or changed; `limit` where it is that many or more. */
function distance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return row[b.length] ?? limit;
}
