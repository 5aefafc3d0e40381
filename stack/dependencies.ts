/** `depends_on` of every service: service → the services it depends on directly. Without cycles. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** All services that `service` depends on, directly or not, nearest first. */
export function ancestors(dependencies: Dependencies, service: string): readonly string[] {
  return reachable(service, (name) => dependencies.get(name) ?? []);
}

/** All services that depend on `service`, directly or not, nearest first. */
export function dependents(dependencies: Dependencies, service: string): readonly string[] {
  const children = new Map<string, string[]>();
  for (const [child, parents] of dependencies) {
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  return reachable(service, (name) => children.get(name) ?? []);
}

function reachable(start: string, next: (name: string) => readonly string[]): readonly string[] {
  const seen = new Set([start]);
  for (const name of seen) for (const found of next(name)) seen.add(found);
  seen.delete(start);
  return [...seen];
}
