import { parseDuration } from '../../stack/duration.ts';
import type { Beat, Clock, Plan, PlannedProbe } from '../model.ts';
import type { Memories } from '../state/memories.ts';
import { type Answer, type Asked, type Route, text } from './http.ts';

const kinds = { '': 'success', '/start': 'started', '/fail': 'failure' } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

/** More of a job's own words is not kept. */
const longestMessage = 140;

export interface HeartbeatSource {
  readonly clock: Clock;
  readonly plan: () => Plan;
  readonly memories: Memories;
}

/** Where jobs report. By GET too: that is what is at hand in many a crontab. */
export function heartbeatRoutes(source: HeartbeatSource): readonly Route[] {
  const says: Readonly<Record<Kind, string>> = {
    success: 'a job reports that it has succeeded; ?duration=12m, ?message=…, or words in the body',
    started: 'a job reports that it has begun',
    failure: 'a job reports that it has failed',
  };
  return Object.entries(kinds).flatMap(([path, kind]) =>
    (['POST', 'GET'] as const).map((method) => ({
      method,
      path: `/heartbeat/:token${path}`,
      says: says[kind],
      answer: (asked: Asked) => take(kind, asked, source),
    })),
  );
}

/** The path that a job requests; undefined where no job reports to the probe. */
export function heartbeatPath(probe: PlannedProbe, memories: Memories): string | undefined {
  return probe.awaitsBeats ? `/heartbeat/${memories.tokenOf(probe)}` : undefined;
}

async function take(kind: Kind, { url, params, body }: Asked, source: HeartbeatSource): Promise<Answer> {
  const { clock, plan, memories } = source;
  const owner = memories.withToken(params.token ?? '');
  const probe =
    owner && plan().probes.find(({ service, probe: name }) => service === owner.service && name === owner.probe);
  // Who guesses learns nothing: not whether there was such a job once.
  if (!probe?.awaitsBeats) return text(404, 'no job has this token');
  const said = url.searchParams.get('duration');
  const durationMs = said === null ? undefined : parseDuration(said);
  if (said !== null && durationMs === undefined) return text(400, 'duration: expected one such as 12m or 1h30m');
  const message = oneLine(url.searchParams.get('message') ?? (await body()));
  const at = clock.now();
  const began = memories.of(probe).beats().started?.at;
  const measuredMs = kind === 'started' || began === undefined || began >= at ? undefined : at - began;
  const took = durationMs ?? measuredMs;
  const beat: Beat = { at, ...(took !== undefined && { durationMs: took }), ...(message && { message }) };
  if (memories.report(probe, kind, beat)) return text(200, 'ok');
  return text(503, 'the report is known, and could not be written to disk: report again');
}

function oneLine(words: string): string {
  return words
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, longestMessage);
}
