import { readFile } from 'node:fs/promises';
import { logAlerts } from '../stack/log-alerts.ts';
import { alertRules } from './rules/index.ts';

/** The alerts of Prometheus's rules, and those of Loki's. */
export const alertNames: readonly string[] = [...new Set([...alertRules.map(({ alert }) => alert), ...logAlerts])];

/** The runbook of an alert, as Markdown; undefined when there is no such alert. */
export async function readRunbook(alertname: string): Promise<string | undefined> {
  // Only names of the list reach the file system: the name comes from a URL.
  if (!alertNames.includes(alertname)) return undefined;
  return await readFile(new URL(`./runbooks/${alertname}.md`, import.meta.url), 'utf8');
}
