import { cpus } from 'node:os';
import { figure } from './bar.ts';
import { seconds } from './machine.ts';
import { bareHandshake } from './peers/bare-handshake.ts';
import type { Load } from './peers/peer.ts';

/** What is tried out first: little enough for any machine, and for long enough that V8 has compiled it. */
const tried = { targets: 200, everySeconds: 4, warmSeconds: 12, seconds: 8 } as const;
/** A prober may cost so much more than the bare handshake, and the rate still fits. */
const dearest = 1.6;
/** So much of a core the dearest prober is to use, and so much of the machine the prober and its target together. */
const shareOfCore = 0.6;
const shareOfMachine = 0.6;
const [fewest, most, step] = [20, 1_000, 20] as const;

/**
 * How many TLS probes a second this machine can carry, by what a bare handshake costs on it and on the target: where the
 * machine is full, what is measured is that it is full.
 */
export async function tlsRate(load: Pick<Load, 'target' | 'folder'>, say: (line: string) => void): Promise<number> {
  const { target } = load;
  await using bare = await bareHandshake.start({ protocol: 'https', ...tried, ...load });
  await seconds(tried.warmSeconds);
  const before = { own: bare.process.cpuMs(), target: target.process.cpuMs(), answered: await target.answered() };
  await seconds(tried.seconds);
  const handshakes = (await target.answered()) - before.answered;
  const ownMs = (bare.process.cpuMs() - before.own) / handshakes;
  const targetMs = (target.process.cpuMs() - before.target) / handshakes;
  const byCore = (shareOfCore * 1_000) / (ownMs * dearest);
  const byMachine = (shareOfMachine * cpus().length * 1_000) / (ownMs * dearest + targetMs);
  const rate = Math.max(fewest, Math.min(most, Math.floor(Math.min(byCore, byMachine) / step) * step));
  say(
    `https: a bare handshake and request costs ${figure(ownMs)} ms here and ${figure(targetMs)} ms of the target's, so ${rate} probes a second are taken: ` +
      `one that costs ${dearest} times as much then uses ${figure((rate * ownMs * dearest) / 1_000)} of a core, with the target ` +
      `${figure((rate * (ownMs * dearest + targetMs)) / 1_000)} of ${cpus().length}`,
  );
  return rate;
}
