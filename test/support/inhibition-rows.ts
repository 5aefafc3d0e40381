import type { InhibitRule } from '../../alerts/alertmanager/inhibition.ts';
import type { Labels } from '../../alerts/alertmanager/matchers.ts';

/** Alerts that fire together, and which of them the rule mutes. */
export interface InhibitionCase {
  readonly rule: InhibitRule;
  readonly source: Labels;
  readonly targets: readonly { readonly why: string; readonly labels: Labels; readonly muted: boolean }[];
}

/** What a matcher of ours says of a label: one of these values, any value, or any but this one. */
interface Wanted {
  readonly label: string;
  readonly values: readonly string[] | 'any' | { readonly not: string };
}

/**
 * Alerts made from the rule's own matchers: a source; targets of each name and each service that it names, which are muted; and
 * one of another subject, one of another name, and for every guarded label one without it, which are not. Throws where a rule says something that
 * this does not read, so that no rule is without its rows.
 */
export function inhibitionCases(rule: InhibitRule): readonly InhibitionCase[] {
  const equal = rule.equal ?? [];
  const [source, target] = [rule.source_matchers.map(read), rule.target_matchers.map(read)];
  const plain = fill(source);
  const subject = Object.fromEntries(equal.map((label) => [label, plain[label] ?? `a-${label}`]));
  const muted = combinations(target).map((labels) => ({ ...labels, ...subject }));
  const [first = {}] = muted;
  const whole = {
    rule,
    source: { ...plain, ...subject },
    targets: [
      ...muted.map((labels) => ({ why: 'it is meant', labels, muted: true })),
      { why: 'it has another name', labels: { ...first, alertname: 'Unrelated' }, muted: false },
      ...others(target, equal).map((other) => ({
        why: 'it is about something else',
        labels: { ...first, ...other },
        muted: false,
      })),
      ...guarded(target).map((label) => ({ why: `it has no ${label}`, labels: without(first, label), muted: false })),
    ],
  };
  return [whole, ...bothWithout(whole, equal), ...nearly(whole, source)];
}

/** A label that both lack is equal to Alertmanager: it must mute nothing all the same. */
function bothWithout({ rule, source, targets }: InhibitionCase, equal: readonly string[]): readonly InhibitionCase[] {
  return equal.map((label) => ({
    rule,
    source: without(source, label),
    targets: targets
      .filter((target) => target.muted)
      .map(({ labels }) => ({ why: `neither has a ${label}`, labels: without(labels, label), muted: false })),
  }));
}

/** A source that is not quite one: of another severity, of another service. */
function nearly({ rule, source, targets }: InhibitionCase, wanted: readonly Wanted[]): readonly InhibitionCase[] {
  const exact = wanted.filter(({ label, values }) => Array.isArray(values) && !rule.equal?.includes(label));
  return exact.map(({ label }) => ({
    rule,
    source: { ...source, [label]: `not-${source[label]}` },
    targets: targets
      .filter((target) => target.muted)
      .map(({ labels }) => ({ why: `the source has another ${label}`, labels, muted: false })),
  }));
}

function read(matcher: string): Wanted {
  const [, label = '', operator, value = ''] = /^(\w+)(=~|!=|=)"([\w.+|-]*)"$/.exec(matcher) ?? [];
  if (operator === '=') return { label, values: [value] };
  if (operator === '!=') return { label, values: { not: value } };
  if (operator === '=~' && value === '.+') return { label, values: 'any' };
  if (operator === '=~' && /^[\w-]+(\|[\w-]+)*$/.test(value)) return { label, values: value.split('|') };
  throw new Error(`no row can be made for the matcher ${matcher}`);
}

/** One alert that fits. */
function fill(wanted: readonly Wanted[]): Labels {
  const [first = {}] = combinations(wanted);
  return first;
}

/** Every alert that fits, with a sample where any value does. A label may be named twice. */
function combinations(wanted: readonly Wanted[]): readonly Labels[] {
  let all: readonly Labels[] = [{}];
  for (const { label, values } of wanted) {
    const own = Array.isArray(values) ? (values as readonly string[]) : [`a-${label}`];
    all = all.flatMap((labels) => own.map((value) => ({ ...labels, [label]: value })));
  }
  return all;
}

/** What makes it something else: a service that the matchers do not name, or another one than the source's. */
function others(target: readonly Wanted[], equal: readonly string[]): readonly Labels[] {
  return [
    ...equal.map((label) => ({ [label]: `another-${label}` })),
    ...target.flatMap(({ label, values }): readonly Labels[] => {
      if (label === 'alertname' || equal.includes(label) || values === 'any') return [];
      // A name that only begins like one that is meant is not it.
      return [{ [label]: 'not' in values ? values.not : `${(values as readonly string[])[0]}-two` }];
    }),
  ];
}

/** The labels that a target must have, whatever their value. */
function guarded(target: readonly Wanted[]): readonly string[] {
  return target.filter(({ values }) => values === 'any').map(({ label }) => label);
}

function without(labels: Labels, label: string): Labels {
  const { [label]: _, ...others } = labels;
  return others;
}
