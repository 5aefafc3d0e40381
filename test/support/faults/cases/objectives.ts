import { hostName } from '../../stack.ts';
import type { FaultCase } from '../fault-case.ts';
import { startSlowTarget } from '../slow-target.ts';
import { longLifeMs, startTlsTarget } from '../tls-target.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What is not down, and will be, or is worse than was promised. */
export const objectiveCases: readonly FaultCase[] = [
  certificate({
    alert: 'CertificateExpiringSoon',
    cause: 'the certificate has ten days left',
    service: 'soon',
    leftMs: 10 * dayMs,
    within: '14 d',
    left: /expires in 9d 23h \d+m/,
  }),
  certificate({
    alert: 'CertificateExpiringVerySoon',
    cause: 'the certificate has two days left',
    service: 'very-soon',
    leftMs: 2 * dayMs,
    within: '3 d',
    left: /expires in 1d 23h \d+m/,
  }),
  slow({
    alert: 'SLOBurnFast',
    cause: 'every answer is slow',
    service: 'burns-fast',
    share: 1,
    title: 'burns-fast spends its error budget too fast (latency)',
    says: [/of 95% is being spent 1\d\.\d times too fast|of 95% is being spent 20\.0 times too fast/],
  }),
  slow({
    alert: 'SLOBurnSlow',
    cause: 'every other answer is slow',
    service: 'burns-slowly',
    share: 1 / 2,
    title: 'burns-slowly spends its error budget too fast (latency)',
    says: [/of 95% is being spent \d+\.\d times too fast/],
  }),
  slow({
    alert: 'SLOBurnTicket',
    cause: 'every fifth answer is slow',
    service: 'burns-on',
    share: 1 / 5,
    title: 'burns-on spends its error budget too fast (latency)',
    says: [/of 95% is being spent \d\.\d times too fast/],
  }),
  slow({
    alert: 'SLOBudgetExhausted',
    cause: 'every fifth answer is slow, for longer than the budget of a day lasts',
    service: 'spent',
    share: 1 / 5,
    window: '1d',
    title: 'spent has no error budget left (latency)',
    says: [/its latency was below 95%/],
  }),
];

interface Certificate extends Pick<FaultCase, 'alert' | 'cause'> {
  readonly service: string;
  readonly leftMs: number;
  readonly within: string;
  readonly left: RegExp;
}

function certificate({ alert, cause, service, leftMs, within, left }: Certificate): FaultCase {
  return {
    alert,
    cause,
    title: `${service}/certificate: the certificate expires in less than ${within}`,
    says: [left],
    subject: { service, probe: 'certificate' },
    set: async ({ cleanup }) => {
      const target = cleanup.use(await startTlsTarget(hostName));
      return {
        services: `  ${service}: { probes: { certificate: { tls: "${hostName}:${target.port}", trust: any } } }\n`,
        inject: async () => {
          await target.show(leftMs);
          return undefined;
        },
        mend: () => target.show(longLifeMs),
      };
    },
  };
}

interface Slow extends Pick<FaultCase, 'alert' | 'cause' | 'title' | 'says'> {
  readonly service: string;
  readonly share: number;
  /** Of the objective; 30 days where it is left out. */
  readonly window?: string;
}

/** It passes, so that it is not down: what is down burns its budget without a word. */
function slow({ alert, cause, title, says, service, share, window = '30d' }: Slow): FaultCase {
  return {
    alert,
    cause,
    title,
    says,
    subject: { service, slo: 'latency' },
    share,
    set: async ({ cleanup }) => {
      const target = cleanup.use(await startSlowTarget());
      return {
        services: `  ${service}:
    slo: { latency: { below: 500ms, for: 95% }, window: ${window} }
    probes: { ready: { http: "http://${hostName}:${target.port}/", every: 2s, timeout: 1500ms } }
`,
        inject: async () => {
          target.slow(share);
          return undefined;
        },
        mend: async () => target.slow(0),
      };
    },
  };
}
