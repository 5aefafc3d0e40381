/**
 * `npm run fuzz -- --seconds 600`: every protocol against peers on loopback that answer by random changes of what is valid. No answer
 * may end in `internal`, use more than 50 ms of processor time in one turn of the event loop, or take this process past 400 MB. It
 * stops by itself. `--seed N` repeats a run, `--subject NAME` is for one protocol, `--runs N` ends it after so many.
 */
import { parseArgs } from 'node:util';
import { fuzz, subjects } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    subject: { type: 'string' },
    runs: { type: 'string' },
  },
});
const chosen = subjects.filter((subject) => values.subject === undefined || subject === values.subject);
if (chosen.length === 0) throw new Error(`no subject ${values.subject}: one of ${subjects.join(', ')}`);
const seed = Number(values.seed);
const [seconds, most] = [Number(values.seconds), values.runs === undefined ? Infinity : Number(values.runs)];
if (![seed, seconds].every(Number.isFinite) || Number.isNaN(most))
  throw new Error('--seed, --seconds and --runs are numbers');

console.log(`seed ${seed}, ${chosen.join(', ')}, at most ${seconds} s`);
const untilMs = performance.now() + seconds * 1_000;
const { runs, byReason, largestTurnMs, largestRssBytes, findings } = await fuzz({
  seed,
  subjects: chosen,
  goesOn: (before) => before < most && performance.now() < untilMs,
  looksAtMemory: true,
});
const reasons = Object.entries(byReason).sort(([, a], [, b]) => b - a);
console.log(`${runs} runs: ${reasons.map(([reason, count]) => `${reason} ${count}`).join(', ')}`);
console.log(`largest turn ${largestTurnMs.toFixed(1)} ms, most memory ${Math.round(largestRssBytes / 1e6)} MB`);
for (const { subject, seed: own, what } of findings)
  console.log(`--subject ${subject} --seed ${own} --runs 1: ${what}`);
process.exitCode = findings.length === 0 ? 0 : 1;
