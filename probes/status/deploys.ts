import { hash, timingSafeEqual } from 'node:crypto';
import { nearest } from '../../stack/nearest.ts';
import { type Deploy, readReport } from '../deploys/report.ts';
import type { Clock, Plan } from '../model.ts';
import { type Answer, type Asked, type Route, text } from './http.ts';

export interface DeploySource {
  readonly clock: Clock;
  readonly plan: () => Plan;
  readonly take: (deploy: Deploy) => void;
}

const mostBytes = 10_000;

/** Where whatever deploys says that it did. */
export function deployRoute(source: DeploySource): Route {
  return {
    method: 'POST',
    path: '/api/v1/deploys',
    says: 'a deploy is reported: {"service", "version", "colour"?, "at"?, "url"?, "by"?}',
    answer: (asked) => take(asked, source),
  };
}

async function take({ authorization, body }: Asked, { clock, plan, take }: DeploySource): Promise<Answer> {
  const { deployToken, dependencies } = plan();
  if (deployToken && !isSame(authorization ?? '', `Bearer ${deployToken.reveal()}`)) {
    return text(401, 'expected the header "Authorization: Bearer TOKEN", with what deploys.token_file holds');
  }
  const deploy = readReport(await body(mostBytes), clock.now());
  if ('problem' in deploy) return text(400, deploy.problem);
  const known = [...dependencies.keys()];
  if (!known.includes(deploy.service)) {
    const meant = nearest(deploy.service, known);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    return text(404, `there is no service of this name${hint}\nknown: ${known.join(', ')}`);
  }
  take(deploy);
  return text(200, 'ok');
}

/** In a time that says nothing of how much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((value) => hash('sha256', value, 'buffer'));
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
