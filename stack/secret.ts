/** A value that must not be seen: whatever prints it, by accident or by `JSON.stringify`, prints `[redacted]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where it leaves for the wire, and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

/** Whether what stands at a key of a probe is what it expects: `expect`, `expect_hex`. */
export function isExpectation(key: string | number): boolean {
  return key === 'expect' || key === 'expect_hex';
}

/** Values of the variables of a probe, by where they stand in the file. */
export interface Variables {
  /** In what is expected: each is a secret wherever it is met. */
  readonly inExpect: readonly Secret[];
  /** In everything else. */
  readonly elsewhere: readonly Secret[];
}

/** The URL without user, password and the values of its query: what may stand in a label, a log or a page. */
export function redactUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return '[unreadable url]';
  }
  const credentials = parsed.username || parsed.password ? '[redacted]@' : '';
  const query = [...parsed.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=[redacted]`).join('&');
  return `${parsed.protocol}//${credentials}${parsed.host}${parsed.pathname}${query ? `?${query}` : ''}`;
}
