import type { Beat, Clock, Plan, PlannedProbe } from '../model.ts';
import type { Memories } from '../state/memories.ts';
import { type Answer, type Asked, type Route, text } from './http.ts';
import { jobDuration } from './job-duration.ts';

/** More of a job's own words is not kept. */
const longestMessage = 140;
/** Enough for that much in any script, with blanks between. */
const mostBytes = 4_096;

export interface HeartbeatSource {
  readonly clock: Clock;
  readonly plan: () => Plan;
  readonly memories: Memories;
}

interface Report {
  readonly kind: 'success' | 'started' | 'failure';
  /** What the URL says of it: `exit status 3`. */
  readonly words?: string;
}

/** What stands behind the token, and what it reports; undefined where it reports nothing that we know. */
const endings: readonly {
  readonly path: string;
  readonly says: string;
  readonly report: (asked: Asked) => Report | undefined;
}[] = [
  {
    path: '',
    says: 'a job reports that it has succeeded; ?duration=12m, ?message=…, or words in the body',
    report: () => ({ kind: 'success' }),
  },
  { path: '/start', says: 'a job reports that it has begun', report: () => ({ kind: 'started' }) },
  { path: '/fail', says: 'a job reports that it has failed', report: () => ({ kind: 'failure' }) },
  {
    path: '/:exit',
    says: 'a job reports its exit status, as in /$?: 0 is a success, any other a failure',
    report: ({ params }) => byExitStatus(params.exit ?? ''),
  },
];

/** Where jobs report. By GET too: that is what is at hand in many a crontab. */
export function heartbeatRoutes(source: HeartbeatSource): readonly Route[] {
  return endings.flatMap(({ path, says, report }) =>
    (['POST', 'GET'] as const).map((method) => ({
      method,
      path: `/heartbeat/:token${path}`,
      says,
      answer: (asked: Asked) => take(report(asked), asked, source),
    })),
  );
}

/** The path that a job requests; undefined where no job reports to the probe. */
export function heartbeatPath(probe: PlannedProbe, memories: Memories): string | undefined {
  return probe.awaitsBeats ? `/heartbeat/${memories.tokenOf(probe)}` : undefined;
}

function byExitStatus(text: string): Report | undefined {
  if (!/^-?\d{1,10}$/.test(text)) return undefined;
  return Number(text) === 0 ? { kind: 'success' } : { kind: 'failure', words: `exit status ${Number(text)}` };
}

/** Whatever the job says of itself, that it has succeeded or failed is taken: what cannot be read is left out, and said. */
async function take(report: Report | undefined, asked: Asked, source: HeartbeatSource): Promise<Answer> {
  const { clock, plan, memories } = source;
  const { url, params, method } = asked;
  const owner = memories.withToken(params.token ?? '');
  const probe =
    owner && plan().probes.find(({ service, probe: name }) => service === owner.service && name === owner.probe);
  // Who guesses learns nothing: not whether there was such a job once.
  if (!probe?.awaitsBeats) return text(404, 'no job has this token');
  if (!report) return text(404, `found "${params.exit}", expected nothing, start, fail, or an exit status such as 0`);
  // Mail programs and chats look at links before anybody follows them.
  if (method === 'HEAD') return text(200, 'ok');
  if (method === 'GET' && probe.beatsByPostOnly) return text(405, 'this job reports by POST alone (post_only)');

  const notes: string[] = [];
  const { message, isCut } = await messageOf(asked, report);
  if (isCut) notes.push(`of the message the first ${longestMessage} characters are kept`);
  const at = clock.now();
  const durationMs = durationOf(url, report, memories.of(probe).beats().started?.at, at, notes);
  const beat: Beat = { at, ...(durationMs !== undefined && { durationMs }), ...(message && { message }) };
  if (memories.report(probe, report.kind, beat)) return text(200, ['ok', ...notes].join('; '));
  return text(503, 'the report is known, and could not be written to disk: report again');
}

async function messageOf({ url, bodyStart }: Asked, { words }: Report) {
  const said = url.searchParams.get('message');
  const { text, isCut } = said === null ? await bodyStart(mostBytes) : { text: said, isCut: false };
  const whole = [words, oneLine(text)].filter(Boolean).join(': ');
  const message = [...whole].slice(0, longestMessage).join('');
  return { message, isCut: isCut || message.length < whole.length };
}

/** As the job says, or else measured from its start; undefined where neither is known. */
function durationOf(url: URL, { kind }: Report, began: number | undefined, at: number, notes: string[]) {
  const said = url.searchParams.get('duration');
  const durationMs = said === null ? undefined : jobDuration(said);
  if (said !== null && durationMs === undefined) {
    notes.push(`duration: found "${said.slice(0, 40)}", expected one such as 754 (seconds), 12.5s or 1h30m: left out`);
  }
  if (durationMs !== undefined || kind === 'started' || began === undefined) return durationMs;
  // The clock may have been set back since.
  return began < at ? at - began : undefined;
}

function oneLine(words: string): string {
  return words.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
