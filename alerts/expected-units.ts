import type { Config } from '../config/model.ts';

/** Records that a host names a systemd unit: systemd forgets one that was stopped, and then it has no series. */
export type ExpectedUnit = {
  readonly record: 'watchpost_unit_expected';
  readonly expr: 'vector(1)';
  readonly labels: { readonly service: string; readonly name: string; readonly team: string };
};

/** One for each unit of each host, in file order. */
export function expectedUnits(config: Config): readonly ExpectedUnit[] {
  return config.services.flatMap(({ name: service, kind, team, units = [] }) =>
    (kind === 'host' ? units : []).map((name) => ({
      record: 'watchpost_unit_expected',
      expr: 'vector(1)',
      labels: { service, name, team },
    })),
  );
}
