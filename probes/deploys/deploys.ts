import type { Log } from '../export/log.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock, Plan } from '../model.ts';
import type { StateStore } from '../state/store/store.ts';
import type { Deploy } from './report.ts';

/** So many colours of a service are remembered, those deployed last: what is reported makes no more series than that. */
const mostColours = 4;
/** Loki refuses what is an hour behind the newest record. */
const mostBehindMs = 30 * 60_000;
const metric = 'watchpost_deployed_timestamp_seconds';

interface DeploysOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: OwnMetrics;
  readonly store: StateStore | undefined;
}

/** What was deployed last, by service and colour, over restarts where there is a data folder. */
export class Deploys {
  readonly #options: DeploysOptions;
  readonly #latest = new Map<string, Map<string, Deploy>>();

  constructor(options: DeploysOptions) {
    this.#options = options;
    for (const { service, colour, version, at } of options.store?.read('select * from deploys order by at') ?? []) {
      this.#remember({
        ...{ service: String(service), colour: String(colour) },
        ...{ version: String(version), at: Number(at) },
      });
    }
    this.#putRight();
  }

  /** Forgets the services that are no longer configured. */
  configure(plan: Plan): void {
    for (const [service, colours] of this.#latest) {
      if (plan.dependencies.has(service)) continue;
      for (const deploy of colours.values()) this.#forget(deploy);
    }
  }

  take(deploy: Deploy): void {
    const { clock, log } = this.#options;
    const { service, version, colour, at, url, by } = deploy;
    this.#putRight();
    const known = this.#latest.get(service)?.get(colour);
    if (!known || known.at <= at) {
      if (known) this.#options.metrics.remove(metric, labelsOf(known));
      this.#remember(deploy);
      this.#keep(deploy);
    }
    const now = clock.now();
    const [what, who] = [colour ? `${service} (${colour})` : service, by === undefined ? '' : ` by ${by}`];
    log.record({
      ...{ event: 'deploy', level: 'info', message: `${what}: version ${version} was deployed${who}` },
      ...(at > now - mostBehindMs && { at }),
      fields: { service, version, ...(colour && { colour }), ...(url && { url }), ...(by && { by }) },
    });
  }

  /** What was deployed last of a service, whatever its colour. */
  latest(service: string): Deploy | undefined {
    this.#putRight();
    return [...(this.#latest.get(service)?.values() ?? [])].toSorted((a, b) => b.at - a.at)[0];
  }

  /** A deploy that was reported while the clock was ahead counts as of now: else no later one would take its place. */
  #putRight(): void {
    const now = this.#options.clock.now();
    for (const deploy of [...this.#latest.values()].flatMap((colours) => [...colours.values()])) {
      if (deploy.at <= now) continue;
      this.#remember({ ...deploy, at: now });
      this.#keep({ ...deploy, at: now });
    }
  }

  #remember(deploy: Deploy): void {
    const { service, colour, at } = deploy;
    const colours = this.#latest.get(service) ?? new Map<string, Deploy>();
    colours.set(colour, deploy);
    this.#latest.set(service, colours);
    this.#options.metrics.set(metric, at / 1_000, labelsOf(deploy));
    const [oldest] = [...colours.values()].toSorted((a, b) => a.at - b.at);
    if (colours.size > mostColours && oldest) this.#forget(oldest);
  }

  #keep({ service, colour, version, at }: Deploy): void {
    const sql = 'insert or replace into deploys values (?, ?, ?, ?)';
    this.#options.store?.put(['deploy', service, colour], sql, service, colour, version, Math.round(at));
  }

  #forget(deploy: Deploy): void {
    const { service, colour } = deploy;
    this.#latest.get(service)?.delete(colour);
    if (this.#latest.get(service)?.size === 0) this.#latest.delete(service);
    this.#options.metrics.remove(metric, labelsOf(deploy));
    const sql = 'delete from deploys where service = ? and colour = ?';
    this.#options.store?.put(['deploy', service, colour], sql, service, colour);
  }
}

function labelsOf({ service, version, colour }: Deploy): Readonly<Record<string, string>> {
  return { service, version, colour };
}
