import { must } from '../shell.ts';
import type { Stack } from '../stack.ts';

/** What an operator, or an accident, does to a container. Each returns when it happened, by Docker's own clock, in Unix milliseconds. */

export function stop(stack: Stack, alias: string): Promise<number> {
  return happened(stack, alias, 'die', ['stop', '-t', '1']);
}

export function kill(stack: Stack, alias: string): Promise<number> {
  return happened(stack, alias, 'die', ['kill']);
}

export function start(stack: Stack, alias: string): Promise<number> {
  return happened(stack, alias, 'start', ['start']);
}

/** It takes connections and says nothing more. On a busy machine the kernel may need more than one try to stop every thread. */
export async function pause(stack: Stack, alias: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await happened(stack, alias, 'pause', ['pause']);
    } catch (error) {
      if (tries === 5 || !String(error).includes('unable to freeze')) throw error;
    }
  }
}

export function unpause(stack: Stack, alias: string): Promise<number> {
  return happened(stack, alias, 'unpause', ['unpause']);
}

/** A command takes seconds where the machine is busy, and what it does is over long before it returns. */
async function happened(stack: Stack, alias: string, event: string, command: readonly string[]): Promise<number> {
  const id = stack.part(alias).getId();
  const seconds = (ms: number) => (ms / 1_000).toFixed(3);
  const since = seconds(Date.now());
  await must('docker', [...command, id]);
  const span = ['--since', since, '--until', seconds(Date.now() + 500)];
  const filter = ['--filter', `container=${id}`, '--filter', `event=${event}`];
  const told = await must('docker', ['events', ...span, ...filter, '--format', '{{.TimeNano}}']);
  const nanoseconds = Number(told.trim().split('\n').at(-1));
  if (!(nanoseconds > 0)) throw new Error(`Docker tells of no ${event} of ${alias}`);
  return nanoseconds / 1e6;
}

/** A command of the shell in it, as root. */
export async function asRoot(stack: Stack, alias: string, command: string): Promise<string> {
  return must('docker', ['exec', '-u', '0', stack.part(alias).getId(), 'sh', '-c', command]);
}
