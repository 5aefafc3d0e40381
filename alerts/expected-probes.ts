import type { Config } from '../config/model.ts';

/** Records that the configuration names a probe: what it says of the probe outlives the probe service. */
export type ExpectedProbe = {
  readonly record: 'watchpost_probe_expected';
  readonly expr: 'vector(1)';
  readonly labels: { readonly service: string; readonly probe: string; readonly team: string };
};

/** One for each configured probe, in file order. */
export function expectedProbes(config: Config): readonly ExpectedProbe[] {
  return config.services.flatMap(({ team, probes }) =>
    probes.map(({ service, name }) => ({
      record: 'watchpost_probe_expected',
      expr: 'vector(1)',
      labels: { service, probe: name, team },
    })),
  );
}
