import { mutated, type Script } from './mutate.ts';
import { Choices } from './random.ts';
import { type Subject, valid } from './valid.ts';

/** What the peer of a run sends: the same for the same seed. */
export function scriptOf(subject: Subject, seed: number): Script {
  const choices = new Choices(seed);
  const all = valid[subject];
  return mutated(all[choices.below(all.length)] ?? all[0], choices);
}
