import {
  type DynamicConfigValue,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { reasons } from '../../stack/reasons.ts';
import { noResult } from './queries.ts';

export const good = 'green';
export const warning = 'orange';
export const bad = 'red';
/** Where something was changed on purpose. */
export const deployed = 'blue';
/** Where nobody is paged, on purpose. */
export const maintained = 'purple';
/** Where there is no value, and need not be one. */
export const unknown = '#7f8389';

/** Green from 0, and from each limit on the next colour: `limits([1, 'red'])`. Where there is no value at all: red. */
export function limits(...steps: readonly (readonly [number, string])[]): ThresholdsConfigBuilder {
  return from(bad, [0, good], ...steps);
}

/** The colour below the first limit, and those above each. */
export function from(first: string, ...steps: readonly (readonly [number, string])[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: first }, ...steps.map(([value, color]) => ({ value, color }))]);
}

/** The colour of one series, for an override. */
export function fixed(color: string): DynamicConfigValue {
  return { id: 'color', value: { mode: 'fixed', fixedColor: color } };
}

/** Values as words: `words({ 0: ['up', 'green'] })`. */
export function words(texts: Readonly<Record<string | number, readonly [text: string, color: string]>>): ValueMapping {
  return {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(texts).map(([value, [text, color]], index) => [value, { text, color, index }]),
    ),
  };
}

/** A colour for what lies in a range that is no limit, such as a class of status codes. */
export function inRange(from: number, to: number, color: string): ValueMapping {
  return { type: MappingType.RangeToText, options: { from, to, result: { color } } };
}

/** Reasons as a page says them. */
export const reasonWords: ValueMapping = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(reasons).map(([reason, { words: text }], index) => [reason, { text, index }]),
  ),
};

export const upOrDown = words({ 0: ['up', good], [noResult]: ['no result', warning], 1: ['down', bad] });
