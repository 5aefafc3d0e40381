import { describe, expect, test } from 'vitest';
import { alertRules } from '../../../alerts/index.ts';
import { alwaysFires, byPromtoolAlone } from './by-promtool-alone.ts';
import { coreCases, kindCases, logCases } from './cases/index.ts';

const faultCases = [...coreCases, ...logCases, ...kindCases];
const made = new Set(faultCases.map(({ alert }) => alert));
const named = [...Object.keys(byPromtoolAlone), alwaysFires];

describe('the causes of the fault suite', () => {
  test('make every alert fire, or the alert is named with why they cannot', () => {
    const known = alertRules.map(({ alert }) => alert);
    const all = [...made, ...named];
    expect(known.filter((alert) => !all.includes(alert))).toEqual([]);
    expect(all.filter((alert) => !known.includes(alert))).toEqual([]);
  });

  test('do not make one that is said to be proven by promtool alone', () => {
    expect(named.filter((alert) => made.has(alert))).toEqual([]);
  });

  test('are told apart in the table', () => {
    const rows = faultCases.map(({ alert, cause }) => `${alert}: ${cause}`);
    expect(new Set(rows).size).toBe(rows.length);
  });
});
