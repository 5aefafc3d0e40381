import { defaultUrls } from '../../stack/links.ts';
import type { FailReason } from '../../stack/reasons.ts';
import type { Memory, Outcome, Plan, PlannedProbe } from '../model.ts';

/** What tests of the engine probe with: whole values, of which a test names only what it is about. */

export function sampleProbe(own: Partial<PlannedProbe> = {}): PlannedProbe {
  const { service = 'panel', probe = 'ready' } = own;
  return {
    service,
    probe,
    kind: 'http',
    target: `http://${service}/${probe}`,
    endpoints: [{ host: service, port: 80 }],
    everyMs: 10_000,
    timeoutMs: 5_000,
    confirm: 2,
    recover: 2,
    severity: 'critical',
    team: 'ops',
    labels: {},
    fingerprint: 'first',
    run: async () => passed(),
    variants: [],
    byQuorum: false,
    awaitsBeats: false,
    ...own,
  };
}

export function samplePlan(own: Partial<Plan> = {}): Plan {
  return {
    hash: 'c0ffee'.repeat(10),
    stack: 'sample',
    environment: 'test',
    location: 'local',
    urls: defaultUrls,
    probes: [],
    references: [],
    dependencies: new Map(),
    maintenance: [],
    notify: { default: {}, teams: {} },
    ...own,
  };
}

export function passed(own: Partial<Outcome> = {}): Outcome {
  return { verdict: 'pass', reason: 'ok', found: '', expected: '', durationMs: 12, samples: [], steps: [], ...own };
}

export function failed(reason: FailReason = 'status', own: Partial<Outcome> = {}): Outcome {
  return { ...passed(), verdict: 'fail', reason, found: 'status 503', expected: 'status 200', ...own };
}

export function inconclusive(own: Partial<Outcome> = {}): Outcome {
  return {
    ...passed(),
    verdict: 'inconclusive',
    reason: 'resolver',
    found: 'no answer',
    expected: 'an answer',
    ...own,
  };
}

/** The memory of a probe that has not run yet. */
export const emptyMemory: Memory = { recall: () => undefined, remember: () => {}, beats: () => ({ awaitedSince: 0 }) };
