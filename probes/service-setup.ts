import { onTestFinished } from 'vitest';
import { systemClock } from './clock.ts';
import type { alertOf } from './export/fast-path.ts';
import { readExposition } from './export/read-exposition.ts';
import { type Receiver, startReceiver } from './export/receiver.ts';
import { type Loaded, type ServiceOptions, startService } from './index.ts';
import type { Plan, PlannedProbe } from './model.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { failed, passed, samplePlan, sampleProbe } from './state/sample-probe.ts';

/** A service over what a test gives it; what is not given is off. Closed when the test ends. */
export async function startForTest(loaded: { current: Loaded }, own: Partial<ServiceOptions> = {}) {
  const lines: string[] = [];
  const service = await startService({
    load: async () => loaded.current,
    listen: { host: '127.0.0.1', port: 0 },
    direct: false,
    clock: systemClock,
    resolve: async () => [],
    runbook: async () => undefined,
    write: (line) => lines.push(line),
    ...own,
  });
  onTestFinished(() => service[Symbol.asyncDispose]());
  const series = async () => readExposition(await (await fetch(`${service.url}/metrics`)).text());
  const value = async (name: string, labels: Readonly<Record<string, string>> = {}) =>
    (await series()).find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted),
    )?.value;
  return { service, lines, series, value };
}

export async function startTestReceiver(): Promise<Receiver> {
  const receiver = await startReceiver();
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  return receiver;
}

type Alert = ReturnType<typeof alertOf>;
export const alertsOf = ({ received }: Receiver) => received.flatMap(({ body }) => body as Alert[]);

export async function until(claim: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await claim())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A service whose time is turned by hand, over probes that answer at once. */
export async function startByHand(probes: readonly Partial<PlannedProbe>[], own: Partial<Plan> = {}) {
  const clock = new ManualClock();
  const alertmanager = await startTestReceiver();
  const state = { broken: false };
  const run = async () => (state.broken ? failed() : passed());
  const planOf = (of: readonly Partial<PlannedProbe>[], more: Partial<Plan> = {}) =>
    samplePlan({
      ...own,
      probes: of.map((probe) => sampleProbe({ everyMs: 5_000, timeoutMs: 2_000, run, ...probe })),
      ...more,
    });
  const loaded: { current: Loaded } = { current: { plan: planOf(probes) } };
  const started = await startForTest(loaded, { clock, alertmanager: alertmanager.url });
  return { ...started, clock, alertmanager, state, loaded, planOf };
}
