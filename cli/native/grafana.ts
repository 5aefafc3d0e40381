import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Grafana serves its pages from a home folder that packages put in different places. */
export function grafanaHome(program: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const candidates = [
    env.WATCHPOST_GRAFANA_HOME,
    // An unpacked release: bin/grafana beside public/.
    join(dirname(program), '..'),
    '/usr/share/grafana',
    '/usr/local/share/grafana',
  ];
  return candidates.find((folder) => folder !== undefined && existsSync(join(folder, 'conf', 'defaults.ini')));
}

/** Made once and kept: Grafana takes it over only when it makes its data base. */
export async function ensurePassword(file: string): Promise<void> {
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
}
