import { ancestors } from '../../stack/dependencies.ts';
import { manyServices } from '../../stack/many-services.ts';
import type { Plan } from '../model.ts';

/** What is still down when its parents are up again gets so long to follow them before it is paged for. */
export const followParentsMs = 30_000;

/** The services whose failure mutes this one's, as Alertmanager's inhibition does. */
export function parentsOf(service: string, { dependencies }: Pick<Plan, 'dependencies'>): ReadonlySet<string> {
  if (service === manyServices.service) return new Set();
  return new Set([manyServices.service, ...ancestors(dependencies, service)]);
}
