import { setTimeout as sleep } from 'node:timers/promises';
import { coreCases, kindCases } from '../faults/cases/index.ts';
import type { FaultCase } from '../faults/fault-case.ts';
import { suitePace } from '../faults/shortened.ts';
import { type Stage, setStage } from '../faults/stage.ts';
import { missing } from '../found.ts';
import { pushLines } from '../log-lines.ts';
import { type FurtherPart, hostName } from '../stack.ts';
import { type SecureTarget, startSecureTarget } from './secure-target.ts';

/** Causes that leave something to see in the panels, by the alert that each becomes and a word of the cause. */
const seen: readonly (readonly [alert: string, cause: string])[] = [
  ['ProbeDown', 'does not listen'],
  ['ProbeDown', 'does not report'],
  ['CertificateExpiringSoon', ''],
  ['SLOBurnFast', ''],
  ['PostgresConnectionsHigh', ''],
  ['PostgresTransactionIdle', ''],
  ['PostgresReplicationLag', ''],
  ['RedisMemoryHigh', ''],
  ['NginxDroppingConnections', ''],
  ['HostDiskFilling', ''],
  ['ContainerMemoryNearLimit', ''],
];

const services = ['panel-blue', 'panel-green'] as const;
const minuteMs = 60_000;

/**
 * A stack in which much has happened: every kind of service, faults, pages and their ends, log lines of every level,
 * deploys. Its panels have something to show.
 */
export async function livelyStage(parts: readonly FurtherPart[]): Promise<Stage> {
  const cases = seen.map(([alert, cause]) => {
    const found = [...coreCases, ...kindCases].find((own) => own.alert === alert && own.cause.includes(cause));
    if (!found) throw new Error(`there is no case ${alert}: ${cause}`);
    return found;
  });
  const possible = [...cases.filter(({ needs = [] }) => missing(needs) === undefined), panel];
  await using cleanup = new AsyncDisposableStack();
  const stage = cleanup.use(await setStage(possible, suitePace, parts, { awaitsLoki: true, healthy: 16 }));
  await Promise.all(possible.map((own) => stage.propOf(own).inject(stage.stack)));
  // Long enough for the rules, a page and a few windows of twenty seconds; then there is an end of it to see as well.
  await sleep(minuteMs);
  const [refused] = possible;
  for (const own of [refused, panel]) if (own) await stage.propOf(own).mend(stage.stack);
  await sleep(minuteMs);
  const rest = cleanup.move();
  return { ...stage, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** The panel of DESIGN.md, in two colours: an objective, log lines, a deploy. */
const panel: FaultCase = {
  alert: '',
  cause: 'the application of the panel',
  title: '',
  says: [],
  subject: {},
  set: async ({ cleanup }) => {
    const [blue, green] = [
      cleanup.use(await startSecureTarget(hostName)),
      cleanup.use(await startSecureTarget(hostName)),
    ];
    const entry = (name: string, target: SecureTarget) =>
      `  ${name}: { team: ops, labels: { colour: ${name.slice(6)} }, logs: { container: ${name} }, slo: { availability: 99%, latency: { below: 300ms, for: 95% }, window: 30d }, probes: { live: { http: "https://${hostName}:${target.port}/", trust: any } } }\n`;
    return {
      services: entry('panel-blue', blue) + entry('panel-green', green),
      inject: async (stack) => {
        blue.answer(503);
        for (const service of services) {
          await deploy(stack.url('watchpost'), service);
          for (const [level, text] of [
            ['info', 'GET /health/live 200'],
            ['warn', 'slow answer of the cache'],
            ['error', 'cannot write to the log of orders'],
          ] as const) {
            const lines = Array.from({ length: 40 }, (_, i) => `${text} ${i}`);
            for (const agoMs of [90_000, 45_000, 2_000]) {
              await pushLines(stack.url('loki'), [{ service, agoMs, lines, level }]);
            }
          }
        }
        return undefined;
      },
      mend: async () => blue.answer(200),
    };
  },
};

async function deploy(probeService: string, service: string): Promise<void> {
  const response = await fetch(`${probeService}/api/v1/deploys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service, version: '1.4.2', colour: service.slice(6) }),
  });
  if (!response.ok) throw new Error(`the deploy was refused: ${response.status} ${await response.text()}`);
}
