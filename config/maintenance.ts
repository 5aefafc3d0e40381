import type { Fault, Path } from './fault.ts';
import { instant, timeOfDay } from './fields.ts';
import { missingKey } from './issues.ts';
import { suggest } from './nearest.ts';
import { asList, asMap, asText, member, type RawMap } from './raw.ts';
import type { YamlTree } from './yaml-tree.ts';

/** The two ways to say when a window is, each with what it needs and what it may have. */
const once = ['from', 'to'];
const again = ['at', 'for'];
const ofAgain = ['days', 'timezone'];

/** Office hours that end before they begin. */
export function officeHoursFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const hours = member(document, 'office_hours');
  const [from, to] = ['from', 'to'].map((key) => timeOfDay.safeParse(member(hours, key)));
  if (!from?.success || !to?.success || from.data < to.data) return [];
  const path = ['office_hours', 'to'];
  return [
    { span: tree.span(path), path, message: `found ${to.data}, expected a time after ${from.data}`, hint: undefined },
  ];
}

/** What is wrong between the keys of a maintenance window, where each alone may be right. */
export function windowFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const services = Object.keys(asMap(member(document, 'services')));
  return asList(member(document, 'maintenance')).flatMap((window, i) => {
    const path = ['maintenance', i];
    if (typeof window !== 'object' || window === null || Array.isArray(window)) return [];
    const strangers = asList(member(window, 'services')).flatMap((service, j) => {
      const name = asText(service);
      if (name === undefined || services.includes(name)) return [];
      const own = [...path, 'services', j];
      const message = `unknown service ${JSON.stringify(name)}`;
      return [{ span: tree.span(own), path: own, message, hint: suggest(name, services, 'services') }];
    });
    return [...strangers, ...timeFaults(asMap(window), path, tree)];
  });
}

function timeFaults(window: RawMap, path: Path, tree: YamlTree): readonly Fault[] {
  const keys = Object.keys(window);
  const isOnce = once.some((key) => keys.includes(key));
  const needed = isOnce ? once : again;
  const strange = isOnce ? keys.filter((key) => [...again, ...ofAgain].includes(key)) : [];
  const missing = needed.filter((key) => !keys.includes(key));
  if (missing.length === needed.length) {
    const hint = 'write from and to for a window that comes once, at and for for one that comes again';
    return [{ span: tree.span(path), path, message: 'found no time for this window', hint }];
  }
  return [
    ...strange.map((key) => {
      const own = [...path, key];
      const message = `found "${key}" beside "${keys.find((other) => once.includes(other))}"`;
      const hint = 'a window comes once (from, to) or again (at, for, days, timezone): make it two';
      return { span: tree.keySpan(own), path: own, message, hint };
    }),
    ...missing.map((key) => {
      const hint = `the window needs ${needed.join(' and ')}`;
      return { span: tree.span(path), path, message: missingKey(key), hint };
    }),
    ...orderFaults(window, path, tree),
  ];
}

function orderFaults(window: RawMap, path: Path, tree: YamlTree): readonly Fault[] {
  const [from, to] = once.map((key) => instant.safeParse(member(window, key)));
  if (!from?.success || !to?.success || from.data < to.data) return [];
  const own = [...path, 'to'];
  return [{ span: tree.span(own), path: own, message: 'the window ends before it begins', hint: undefined }];
}
