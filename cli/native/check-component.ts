import type { Surroundings } from '../../stack/surroundings.ts';
import { runProgram } from '../run-program.ts';
import { type ComponentPart, components } from './components.ts';
import { findProgram } from './programs.ts';

/**
 * Asks a component's own tool whether it accepts what was generated.
 * @returns the tool's words when it refuses; undefined when it accepts, or when there is no such tool here
 */
export async function refusal(part: ComponentPart, surroundings: Surroundings): Promise<string | undefined> {
  const check = components[part].check?.(surroundings);
  const program = check && findProgram(check.programs);
  if (!check || !program) return undefined;
  const { code, output } = await runProgram(program, check.args, { timeoutMs: 20_000 });
  return code === 0 ? undefined : output;
}
