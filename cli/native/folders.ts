import { join, resolve } from 'node:path';
import { grafanaPasswordFile } from '../../stack/grafana-environment.ts';

/** Where the native way keeps things, below its data folder. Each part's own data lies in a folder of its name. */
export function nativeFolders(data: string) {
  const root = resolve(data);
  return {
    data: root,
    /** What was generated. */
    out: join(root, 'config'),
    logs: join(root, 'logs'),
    /** What the probe service keeps over restarts. */
    probeState: join(root, 'watchpost'),
    /** Says which process runs the stack, and how: `down` and `reload` read it. */
    state: join(root, 'up.json'),
    grafanaPassword: join(root, 'grafana', grafanaPasswordFile),
  } as const;
}
