import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

/** The home folder is a flag; `grafana-server`, the older program, is the `server` command of today's. */
export function grafanaArguments(program: string, args: readonly string[]): readonly string[] {
  const own = basename(program) === 'grafana-server' ? args.filter((arg) => arg !== 'server') : args;
  const home = grafanaHome(program, process.env);
  return home === undefined ? own : [...own, '--homepath', home];
}

/**
 * What has to be there before Grafana's first start: the folder of plugins, for which Grafana 12 logs an error where it does not exist, and the
 * password of `admin`, which is made once and kept, since Grafana takes it over only when it makes its data base.
 * @param file where the password goes, in Grafana's data folder
 */
export async function prepareGrafana(file: string): Promise<void> {
  await mkdir(join(dirname(file), 'plugins'), { recursive: true });
  if (existsSync(file)) return;
  await writeFile(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
}
