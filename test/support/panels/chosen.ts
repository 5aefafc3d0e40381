import type { Ask } from './ask.ts';
import type { AskedDashboard, Variable } from './questions.ts';

/** What a user has chosen: for each variable its value as it is put into a query. */
export type Chosen = Readonly<Record<string, string>>;

/** More choices of one variable are not tried: a user looks at one after the other as well. */
const mostValues = 40;
/** With more choices in all, each variable is turned by itself, the others left as they are when the dashboard opens. */
const mostChoices = 60;

/**
 * Every choice that a user has on a dashboard: each value of a variable that takes one, "All" of one that takes several.
 * Variables are filled from left to right, as Grafana fills them, so that one may depend on those before it.
 */
export async function choices(dashboard: AskedDashboard, ask: Ask): Promise<readonly Chosen[]> {
  let all: Chosen[] = [{}];
  for (const variable of dashboard.variables) {
    const next: Chosen[] = [];
    const [first] = all;
    for (const chosen of all) {
      const values = await valuesOf(variable, chosen, ask);
      const all = values.length > 0 ? values : [''];
      const tried = chosen === first || next.length < mostChoices ? all : all.slice(0, 1);
      for (const value of tried) next.push({ ...chosen, [variable.name]: value });
    }
    all = next;
  }
  return all;
}

async function valuesOf(variable: Variable, chosen: Chosen, ask: Ask): Promise<readonly string[]> {
  if (variable.type !== 'query') return [variable.current === '$__all' ? (variable.allValue ?? '') : variable.current];
  const offered = await ask.values(variable.source, fillIn(variable.query, chosen, stepsOfVariables));
  const kept = variable.regex === '' ? offered : offered.flatMap((value) => taken(value, regexOf(variable.regex)));
  if (!variable.isMulti) return kept.slice(0, mostValues);
  if (variable.allValue !== undefined) return [variable.allValue];
  return kept.length === 0 ? [] : [kept.length === 1 ? (kept[0] ?? '') : `(${kept.map(escaped).join('|')})`];
}

/** What the regex finds; of one with a group, what that finds. */
function taken(value: string, regex: RegExp): readonly string[] {
  const found = regex.exec(value);
  return found ? [found[1] ?? value] : [];
}

/** `/…/`, as Grafana takes it. */
function regexOf(text: string): RegExp {
  const [, inner] = /^\/(.*)\/\w*$/s.exec(text) ?? [];
  return new RegExp(inner ?? `^${text}$`);
}

/** As Grafana escapes a value for Prometheus and Loki: for the regex, and once more for the string around it. */
function escaped(value: string): string {
  return value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\\\$&');
}

/** Steps and windows, as Grafana puts them in. */
export interface Steps {
  readonly stepMs: number;
  readonly rangeMs: number;
  readonly scrapeMs: number;
}

const stepsOfVariables: Steps = { stepMs: 15_000, rangeMs: 900_000, scrapeMs: 5_000 };

/** A query with everything put in that begins with `$`. What nobody has given is an error: Grafana would send it as it stands. */
export function fillIn(expr: string, chosen: Chosen, { stepMs, rangeMs, scrapeMs }: Steps): string {
  const seconds = (ms: number) => `${Math.round(ms / 1_000)}s`;
  const own: Readonly<Record<string, string>> = {
    __rate_interval: seconds(Math.max(stepMs + scrapeMs, 4 * scrapeMs)),
    __interval: seconds(stepMs),
    __interval_ms: String(stepMs),
    __auto: seconds(stepMs),
    __range: seconds(rangeMs),
    __range_s: String(Math.round(rangeMs / 1_000)),
    __range_ms: String(rangeMs),
    ...chosen,
  };
  // A number is a group of a regex.
  return expr.replaceAll(/\$(?:\{(\w+)(?::\w+)?\}|([a-zA-Z_]\w*))/g, (whole, braced, plain) => {
    const value = own[braced ?? plain];
    if (value === undefined) throw new Error(`${whole} is no variable of this dashboard: ${expr}`);
    return value;
  });
}
