import type { Stack } from '../stack.ts';

/** Asks a component to read its configuration anew. */
export async function reload(stack: Stack, part: 'prometheus' | 'alertmanager'): Promise<void> {
  const answer = await fetch(`${stack.url(part)}/-/reload`, { method: 'POST' });
  if (!answer.ok) throw new Error(`${part} does not take its configuration: ${await answer.text()}`);
}

/** The same, where it must refuse. */
export async function reloadInVain(stack: Stack, part: 'prometheus' | 'alertmanager'): Promise<void> {
  const answer = await fetch(`${stack.url(part)}/-/reload`, { method: 'POST' });
  if (answer.ok) throw new Error(`${part} took a configuration that is none`);
}
