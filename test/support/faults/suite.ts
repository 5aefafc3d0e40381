import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../found.ts';
import type { FurtherPart } from '../stack.ts';
import { computed } from './computed.ts';
import type { FaultCase } from './fault-case.ts';
import { type Measured, measure } from './measure.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { Pace } from './shortened.ts';
import { type Stage, type StageOptions, setStage } from './stage.ts';

/** Between one cause and the next: five services that fail within five seconds would be one page. */
const apartMs = 3_000;

export interface SuiteOptions {
  readonly name: string;
  readonly cases: readonly FaultCase[];
  readonly pace: Pace;
  /** Parts that its stack runs besides those that a page travels through. */
  readonly parts?: readonly FurtherPart[];
  /** Further arguments of a part. */
  readonly arguments?: StageOptions['arguments'];
  /** How much later than computed a page may be: for where others use the processor. */
  readonly allowanceMs?: number;
  /** Rows at the end of the table, of alerts that no case is about: the alert, and why. */
  readonly others?: Readonly<Record<string, string>>;
}

/**
 * One stack, in which every cause is made that can be made: all at once, but for those that would hurt the others, which follow
 * one by one. Each is a test: its page arrives where `watchpost plan` says it does, in the time that it computes, with the
 * right words, and so does its end. Then there is the table of what was measured.
 */
export function faultSuite(options: SuiteOptions): void {
  const { name, cases, pace, parts = [], allowanceMs = 0, others = {} } = options;
  const lacking = missing(['watchpost', 'prometheus', 'alertmanager', ...parts]);
  const lacks = ({ needs = [] }: FaultCase) => missing(needs);
  // WATCHPOST_FAULTS_ONLY='Certificate|refused' npm run test:faults: while one works on some of them.
  const only = new RegExp(process.env.WATCHPOST_FAULTS_ONLY ?? '');
  const chosen = cases.filter(({ alert, cause }) => only.test(`${alert}: ${cause}`));
  const possible = chosen.filter((own) => lacks(own) === undefined);
  const together = possible.filter(({ isAlone }) => !isAlone);

  describe.skipIf(lacking)(`${name}${lacking ? ` (${lacking})` : ''}`, () => {
    const cleanup = new AsyncDisposableStack();
    const running = new Map<FaultCase, Promise<Measured>>();
    const rows: string[][] = [];
    let stage: Stage;
    const make = (own: FaultCase): Promise<Measured> => {
      const { worstMs, channels } = computed(stage.stack.config, own, pace);
      return measure(stage.stack, own, stage.propOf(own), own.channels ?? channels, worstMs);
    };
    beforeAll(async () => {
      stage = cleanup.use(await setStage(possible, pace, parts, { arguments: options.arguments }));
      const turns = new OneAtATime();
      for (const [i, own] of together.entries()) {
        const run = pause(i * apartMs).then(() => turns.run(own.holds, () => make(own)));
        run.catch(() => {
          // Its own test says so.
        });
        running.set(own, run);
      }
    }, 900_000);
    afterAll(() => cleanup.disposeAsync());

    for (const own of [...chosen.filter(({ isAlone }) => !isAlone), ...chosen.filter(({ isAlone }) => isAlone)]) {
      const { alert, cause } = own;
      const missed = lacks(own);
      test.skipIf(missed)(
        `${alert}: ${cause}${missed ? ` (${missed})` : ''}`,
        async () => {
          const { worstMs } = computed(stage.stack.config, own, pace);
          const { pagedMs, resolvedMs } = await (running.get(own) ?? make(own));
          rows.push([alert, cause, say(worstMs), say(pagedMs), say(resolvedMs)]);
          expect(pagedMs).toBeLessThanOrEqual(worstMs + allowanceMs);
        },
        3_600_000,
      );
    }

    test('the table', async ({ annotate }) => {
      const unmade = Object.entries(others).map(([alert, why]) => [alert, why, '', '', '']);
      const head = ['alert', 'cause', 'computed', 'measured', 'resolved after'];
      const lines = [head, head.map(() => '---'), ...rows, ...unmade].map((cells) => `| ${cells.join(' | ')} |`);
      await annotate(`\n${lines.join('\n')}`);
    });
  });
}

function say(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
