import { sayDuration } from '../../stack/duration.ts';
import type { Clock, Memory, Outcome, PlannedProbe, ProbeId, Resolve } from '../model.ts';
import type { NamedResolver } from '../net/other-resolvers.ts';
import { ProbeMap } from '../probe-map.ts';
import { changesSince, type GoodRun, goodRun } from './changes.ts';
import { diagnose } from './diagnosis.ts';

/** So many targets are diagnosed at once; when more fail together it is not about one of them. */
const most = 20;
/** Of each of the two texts. They are labels too, so that the rule says the same as the fast path. */
const longest = 240;
/** How long after a deploy it may be the cause. */
const deployMs = 3_600_000;

export interface DiagnosesOptions {
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** Read anew for each diagnosis: they change while the service runs. */
  readonly resolvers: () => readonly NamedResolver[];
  readonly stop: AbortSignal;
  readonly memoryOf: (probe: PlannedProbe) => Memory;
  /** Whether a host that is always reachable answers; undefined where the user named none. */
  readonly reference?: () => Promise<boolean> | undefined;
  /** How the probes other than this one stand. */
  readonly others: (probe: PlannedProbe) => { readonly up: number; readonly down: number };
  /** What was last deployed of a service. */
  readonly deployed?: (
    service: string,
  ) => { readonly version: string; readonly colour: string; readonly at: number } | undefined;
  readonly internal: (place: string, error: unknown) => void;
}

/** Keeps what the last good run of each probe was like, and says of a fail that was confirmed what is different. */
export class Diagnoses {
  readonly #options: DiagnosesOptions;
  readonly #good = new ProbeMap<GoodRun>();
  #underWay = 0;

  constructor(options: DiagnosesOptions) {
    this.#options = options;
  }

  passed(probe: ProbeId, outcome: Outcome, endedAt: number): void {
    const before = this.#good.get(probe);
    const good = goodRun(before, outcome, endedAt);
    if (good !== before) this.#good.set(probe, good);
  }

  forget(probe: ProbeId): void {
    this.#good.delete(probe);
  }

  /** The outcome with what was found out about it. Never rejects. */
  async diagnose(probe: PlannedProbe, outcome: Outcome): Promise<Outcome> {
    const good = this.#good.get(probe);
    const changed = [this.#deployed(probe), good ? sayChanges(good, outcome, this.#options.clock.now()) : '']
      .filter(Boolean)
      .join('; ');
    return { ...outcome, diagnosis: { tried: await this.#tried(probe, outcome), changed: shorten(changed) } };
  }

  /** `version 1.4.2 (blue) was deployed 3 m before`; empty where it is too long ago to be the cause. */
  #deployed({ service }: ProbeId): string {
    const deploy = this.#options.deployed?.(service);
    const agoMs = deploy && this.#options.clock.now() - deploy.at;
    if (agoMs === undefined || agoMs > deployMs) return '';
    const colour = deploy?.colour ? ` (${deploy.colour})` : '';
    return `version ${deploy?.version}${colour} was deployed ${sayDuration(Math.max(0, agoMs))} before`;
  }

  async #tried(probe: PlannedProbe, outcome: Outcome): Promise<string> {
    if (this.#underWay >= most) return `not diagnosed: ${most} others fail at the same time`;
    this.#underWay++;
    try {
      const { memoryOf, others, resolvers, ...context } = this.#options;
      const findings = await diagnose(probe, outcome, {
        ...context,
        resolvers: resolvers(),
        memory: memoryOf(probe),
        others: others(probe),
      });
      return shorten(findings.join('; '));
    } catch (error) {
      this.#options.internal('diagnosis', error);
      return '';
    } finally {
      this.#underWay--;
    }
  }
}

/** `since the last good run 12 s before: version 1.4.2 → 1.4.3`; empty where nothing is different. */
function sayChanges(good: GoodRun, bad: Outcome, now: number): string {
  const changes = changesSince(good, bad);
  return changes.length === 0
    ? ''
    : shorten(`since the last good run ${sayDuration(Math.max(0, now - good.endedAt))} before: ${changes.join(', ')}`);
}

function shorten(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
