/** Lines for a service, as the log collector sends them. */
export interface LogLines {
  readonly service: string;
  /** When they were written: so many milliseconds ago, all within the second before. */
  readonly agoMs: number;
  readonly lines: readonly string[];
  /** What the collector finds in a line that is JSON. */
  readonly level?: string;
}

/** Pushes lines into Loki, the oldest of each service first: it takes none that is an hour behind the newest. */
export async function pushLines(loki: string, all: readonly LogLines[]): Promise<void> {
  for (const { service, agoMs, lines, level } of all) {
    const from = BigInt(Date.now() - agoMs) * 1_000_000n;
    const metadata = { container: service, ...(level !== undefined && { level }) };
    const response = await fetch(`${loki}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        streams: [
          {
            stream: { service_name: service, source: 'docker', deployment_environment_name: 'ci' },
            values: lines.map((line, i) => [String(from + BigInt(i) * 1_000n), line, metadata]),
          },
        ],
      }),
    });
    if (!response.ok) throw new Error(`Loki refused lines of ${service}: ${response.status} ${await response.text()}`);
  }
}

/** Writes what it has in memory to where it looks for what is older than three hours. */
export async function flush(loki: string): Promise<void> {
  const response = await fetch(`${loki}/flush`, { method: 'POST' });
  if (!response.ok) throw new Error(`Loki did not flush: ${response.status} ${await response.text()}`);
}

/** The value of an instant query; 0 where nothing comes out. */
export async function countIn(loki: string, query: string): Promise<number> {
  const response = await fetch(`${loki}/loki/api/v1/query?query=${encodeURIComponent(query)}`);
  const answer = (await response.json()) as { data: { result: readonly { value: readonly [number, string] }[] } };
  return Number(answer.data.result[0]?.value[1] ?? 0);
}

/** An entry as Loki has it: its text, its labels, its metadata among them. */
export interface FoundEntry {
  readonly at: bigint;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Entries of the last hours, oldest first. */
export async function entriesIn(loki: string, selector: string, limit = 5_000): Promise<readonly FoundEntry[]> {
  const start = String(BigInt(Date.now() - 6 * 3_600_000) * 1_000_000n);
  const parameters = new URLSearchParams({ query: selector, start, limit: String(limit), direction: 'forward' });
  const response = await fetch(`${loki}/loki/api/v1/query_range?${parameters}`);
  if (!response.ok) throw new Error(`Loki did not answer ${selector}: ${response.status} ${await response.text()}`);
  const answer = (await response.json()) as {
    data: { result: readonly { stream: Record<string, string>; values: readonly [string, string][] }[] };
  };
  return answer.data.result
    .flatMap(({ stream, values }) => values.map(([at, line]) => ({ at: BigInt(at), line, labels: stream })))
    .sort((a, b) => Number(a.at - b.at));
}
