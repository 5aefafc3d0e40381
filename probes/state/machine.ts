import type { Outcome, ProbeState } from '../model.ts';

/** Where a probe stands, and how many passes in a row it has had since it went down. */
export interface Standing {
  readonly state: ProbeState;
  readonly passes: number;
}

export const initialStanding: Standing = { state: { status: 'unknown' }, passes: 0 };

const upStanding: Standing = { state: { status: 'up' }, passes: 0 };

/**
 * The standing after one more run. A fail is a confirmed one. What is inconclusive says nothing about the target: it
 * changes no state and breaks no row of passes.
 * @param startedAt when the run began, Unix milliseconds
 * @param recover how many passes in a row end a failure
 */
export function step(standing: Standing, outcome: Outcome, startedAt: number, recover: number): Standing {
  switch (outcome.verdict) {
    case 'inconclusive':
      return standing;
    case 'fail':
      if (standing.state.status === 'down') return { state: standing.state, passes: 0 };
      return { state: { status: 'down', since: startedAt, outcome }, passes: 0 };
    case 'pass': {
      if (standing.state.status !== 'down') return upStanding;
      const passes = standing.passes + 1;
      return passes >= recover ? upStanding : { state: standing.state, passes };
    }
    default:
      return outcome.verdict satisfies never;
  }
}
