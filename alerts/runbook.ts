import { readFile } from 'node:fs/promises';
import { alertRules } from './rules/index.ts';

/** The runbook of an alert, as Markdown; undefined when there is no such alert. */
export async function readRunbook(alertname: string): Promise<string | undefined> {
  // Only names of the list reach the file system: the name comes from a URL.
  if (!alertRules.some(({ alert }) => alert === alertname)) return undefined;
  return await readFile(new URL(`./runbooks/${alertname}.md`, import.meta.url), 'utf8');
}
