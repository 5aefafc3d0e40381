import { type AlertSubject, probeDownAnnotations, probeDownLabels } from '../../stack/alert.ts';
import { dependents } from '../../stack/dependencies.ts';
import type { Outcome, Plan } from '../model.ts';
import type { Page } from '../pager/index.ts';
import { failureOf } from './failure-of.ts';

/** A failure of a probe, and what only its page needs. */
export interface ToldFailure {
  readonly probe: Omit<AlertSubject, 'stack' | 'environment'>;
  readonly since: number;
  readonly outcome: Outcome;
  readonly endedAt?: number | undefined;
  readonly note?: string | undefined;
}

/** The page of a failure, word for word what Alertmanager sends of it. */
export function failurePage(failure: ToldFailure, status: Page['status'], plan: Plan): Page {
  const { probe, since, outcome, endedAt, note } = failure;
  const { stack, environment, urls, dependencies } = plan;
  return {
    status,
    labels: probeDownLabels({ ...probe, stack, environment }),
    annotations: probeDownAnnotations(probe, failureOf(outcome), dependents(dependencies, probe.service), urls),
    startsAt: since,
    ...(endedAt !== undefined && { endsAt: endedAt }),
    ...(note !== undefined && { note }),
  };
}
