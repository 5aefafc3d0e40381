import type { Config } from '../../config/model.ts';
import type { SloName } from '../../stack/slo.ts';

/** One objective of a service. A service may have two: that its runs pass, and that they are fast. */
export interface Objective {
  readonly service: string;
  readonly slo: SloName;
  readonly team: string;
  /** The share of runs that must be good: 0.999. */
  readonly ratio: number;
  /** The time over which it is judged. */
  readonly windowMs: number;
}

/** Every objective, in file order. */
export function objectives(config: Config): readonly Objective[] {
  return config.services.flatMap(({ name: service, team, slo }) => {
    if (!slo) return [];
    const { availability, latency, windowMs } = slo;
    return [
      ...(availability === undefined
        ? []
        : [{ service, slo: 'availability' as const, team, ratio: availability, windowMs }]),
      ...(latency ? [{ service, slo: 'latency' as const, team, ratio: latency.ratio, windowMs }] : []),
    ];
  });
}

/** A decimal fraction as a person would write it: `1 - 0.999` is 0.0010000000000000009. */
export function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}
