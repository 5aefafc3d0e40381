/** For tests: a reader of the Prometheus text format that shares nothing with the writer, and is strict. */

export interface ReadSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Throws at the first line that breaks the format, at a series that is there twice, and at a family in two places. */
export function readExposition(text: string): readonly ReadSeries[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  const series: ReadSeries[] = [];
  const seen = new Set<string>();
  const closed = new Set<string>();
  const typed = new Map<string, string>();
  let family = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (comment) {
      const [, keyword, name = '', rest = ''] = comment;
      if (name !== family) {
        closed.add(family);
        if (closed.has(name)) throw new Error(`the family ${name} is in two places`);
        family = name;
      }
      if (keyword === 'TYPE') {
        if (!/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) throw new Error(`unknown type: ${line}`);
        typed.set(name, rest);
      } else if (!/^(?:[^\\]|\\[\\n])*$/.test(rest)) throw new Error(`a backslash that escapes nothing: ${line}`);
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) throw new Error(`no sample: ${line}`);
    const [, name = '', pairs, value = ''] = sample;
    const base = name.replace(/_(bucket|sum|count)$/, '');
    if (family !== name && !(family === base && typed.get(base) === 'histogram'))
      throw new Error(`outside its family: ${line}`);
    if (!/^([+-]?Inf|NaN|-?\d+(\.\d+)?(e[+-]?\d+)?)$/i.test(value)) throw new Error(`no number: ${line}`);
    const labels = pairs === undefined ? {} : readLabels(pairs);
    const identity = JSON.stringify([name, Object.entries(labels).toSorted()]);
    if (seen.has(identity)) throw new Error(`twice: ${line}`);
    seen.add(identity);
    series.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) });
  }
  return series;
}

function readLabels(pairs: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let rest = pairs;
  while (rest !== '') {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,(?=.)|$)/.exec(rest);
    if (!pair) throw new Error(`no label: ${rest}`);
    const [whole, label = '', value = ''] = pair;
    if (label in labels) throw new Error(`the label ${label} is there twice`);
    labels[label] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}
