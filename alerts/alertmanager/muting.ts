import type { InhibitRule } from './inhibition.ts';
import { type Labels, matchesAll } from './matchers.ts';

/** One alert that another one mutes, and why. */
export interface Muted<Target extends Labels> {
  readonly rule: InhibitRule;
  readonly target: Target;
}

/** What each alert would mute of these targets, as Alertmanager decides it. All targets are looked through once. */
export function muting<Target extends Labels>(
  rules: readonly InhibitRule[],
  targets: readonly Target[],
): (source: Labels) => readonly Muted<Target>[] {
  const candidates = rules.map((rule) => ({
    rule,
    meant: targets.filter((target) => matchesAll(rule.target_matchers, target)),
  }));
  return (source) =>
    candidates
      .filter(({ rule }) => matchesAll(rule.source_matchers, source))
      .flatMap(({ rule, meant }) => {
        const { equal = [], source_matchers, target_matchers } = rule;
        // Two alerts that are both a source and a target do not mute each other.
        const isTarget = matchesAll(target_matchers, source);
        return meant
          .filter((target) => equal.every((label) => (source[label] ?? '') === (target[label] ?? '')))
          .filter((target) => !isTarget || !matchesAll(source_matchers, target))
          .map((target) => ({ rule, target }));
      });
}
