import { readFile } from 'node:fs/promises';

/** The runbook of an alert, as Markdown; undefined when there is no such alert. The rules themselves are not loaded for it. */
export async function readRunbook(alertname: string): Promise<string | undefined> {
  // A name and nothing else reaches the file system: it comes from a URL.
  if (!/^[A-Za-z]+$/.test(alertname)) return undefined;
  return await readFile(new URL(`./runbooks/${alertname}.md`, import.meta.url), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
