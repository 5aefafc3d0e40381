export type Labels = Readonly<Record<string, string>>;

/** Whether an alert with these labels is one of those that all of the matchers mean, as Alertmanager reads them. */
export function matchesAll(matchers: readonly string[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}

/** A label that is not there is an empty one; a pattern must cover the whole value. */
function matches(matcher: string, labels: Labels): boolean {
  const [, label = '', operator, value = ''] = /^(\w+)(=~|!~|!=|=)"([^"\\]*)"$/.exec(matcher) ?? [];
  const own = labels[label] ?? '';
  switch (operator) {
    case '=':
      return own === value;
    case '!=':
      return own !== value;
    case '=~':
      return new RegExp(`^(?:${value})$`).test(own);
    case '!~':
      return !new RegExp(`^(?:${value})$`).test(own);
    default:
      throw new Error(`no matcher of ours: ${matcher}`);
  }
}
