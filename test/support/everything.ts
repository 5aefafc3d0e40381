import type { Config, ProbeConfig } from '../../config/model.ts';
import { serviceKinds } from '../../stack/kinds.ts';
import { configForTest, serviceForTest } from './generator-input.ts';

const nightly: ProbeConfig = {
  service: 'backup',
  name: 'nightly',
  kind: 'heartbeat',
  options: {},
  everyMs: 5_000,
  timeoutMs: 2_000,
  confirm: 0,
  recover: 1,
  severity: 'critical',
  atOnePlace: true,
  awaitsMs: 86_400_000,
};

/** With one service of each kind, and a job that reports: whatever there can be to show. */
export const everything: Config = configForTest({
  services: [
    ...serviceKinds.map((kind) =>
      serviceForTest({
        name: `my-${kind}`,
        kind,
        logs: { kind: 'container', container: 'x' },
        ...(kind === 'host' && { units: ['cron.service'] }),
      }),
    ),
    serviceForTest({ name: 'backup', probes: [nightly] }),
  ],
});
