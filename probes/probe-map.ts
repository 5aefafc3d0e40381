import type { ProbeId } from './model.ts';

/**
 * Values by probe. Two levels of keys, because a probe's name is unique only within its service and two names joined
 * into one key could be read in two ways.
 */
export class ProbeMap<Value> {
  readonly #services = new Map<string, Map<string, Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({ service, probe }: ProbeId): Value | undefined {
    return this.#services.get(service)?.get(probe);
  }

  has({ service, probe }: ProbeId): boolean {
    return this.#services.get(service)?.has(probe) ?? false;
  }

  set({ service, probe }: ProbeId, value: Value): void {
    const probes = this.#services.get(service) ?? new Map<string, Value>();
    if (!probes.has(probe)) this.#size++;
    probes.set(probe, value);
    this.#services.set(service, probes);
  }

  delete({ service, probe }: ProbeId): boolean {
    const probes = this.#services.get(service);
    const existed = probes?.delete(probe) ?? false;
    if (existed) this.#size--;
    if (probes?.size === 0) this.#services.delete(service);
    return existed;
  }

  clear(): void {
    this.#services.clear();
    this.#size = 0;
  }

  /** The values of one service's probes. */
  ofService(service: string): readonly Value[] {
    return [...(this.#services.get(service)?.values() ?? [])];
  }

  values(): readonly Value[] {
    return [...this.#services.values()].flatMap((probes) => [...probes.values()]);
  }
}
