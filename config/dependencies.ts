import type { Fault } from './fault.ts';
import { suggest } from './nearest.ts';
import { asList, asMap, asText, member } from './raw.ts';
import type { YamlTree } from './yaml-tree.ts';

/** A dependency on nobody, on itself, twice, or in a circle. `services` is as the file has it. */
export function dependencyFaults(services: unknown, tree: YamlTree): readonly Fault[] {
  const names = Object.keys(asMap(services));
  const parents = new Map(
    names.map((name) => [name, asList(member(member(asMap(services), name), 'depends_on')).map(asText)]),
  );
  const direct = names.flatMap((service) =>
    (parents.get(service) ?? []).flatMap((parent, i, all): readonly Fault[] => {
      if (parent === undefined) return [];
      const path = ['services', service, 'depends_on', i];
      const span = tree.span(path);
      if (parent === service) return [{ span, path, message: `service "${service}" depends on itself` }];
      if (!names.includes(parent)) {
        const others = names.filter((name) => name !== service);
        return [{ span, path, message: `unknown service "${parent}"`, hint: suggest(parent, others, 'services') }];
      }
      if (all.indexOf(parent) === i) return [];
      return [{ span, path, message: `the dependency on "${parent}" stands twice` }];
    }),
  );
  return [...direct, ...cycleFaults(parents, tree)];
}

/** One fault for each way back that a walk in file order finds, at the entry that closes the circle. */
function cycleFaults(parents: ReadonlyMap<string, readonly (string | undefined)[]>, tree: YamlTree): readonly Fault[] {
  const faults: Fault[] = [];
  const done = new Set<string>();
  for (const start of parents.keys()) {
    // A walk with a stack of its own: a chain of services may be longer than the call stack.
    const trail: { name: string; next: number }[] = done.has(start) ? [] : [{ name: start, next: 0 }];
    for (let step = trail.at(-1); step; step = trail.at(-1)) {
      const { name } = step;
      const i = step.next++;
      const own = parents.get(name) ?? [];
      if (i >= own.length) {
        done.add(name);
        trail.pop();
        continue;
      }
      const parent = own[i];
      if (parent === undefined || parent === name || done.has(parent) || !parents.has(parent)) continue;
      const from = trail.findIndex((before) => before.name === parent);
      if (from === -1) {
        trail.push({ name: parent, next: 0 });
        continue;
      }
      const circle = [...trail.slice(from).map((before) => before.name), parent].join(' → ');
      const path = ['services', name, 'depends_on', i];
      faults.push({ span: tree.span(path), path, message: `dependency cycle: ${circle}` });
    }
  }
  return faults;
}
