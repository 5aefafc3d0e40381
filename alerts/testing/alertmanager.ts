import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningAlertmanager extends AsyncDisposable {
  /** Base URL, no trailing slash. */
  readonly url: string;
}

/** Fires alerts with these labels. */
export async function postAlerts(url: string, alerts: readonly Readonly<Record<string, string>>[]): Promise<void> {
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map((labels) => ({ labels }))),
  });
  if (!response.ok) throw new Error(`Alertmanager took no alerts: ${response.status} ${await response.text()}`);
}

/** A real Alertmanager with this configuration, on a free port of the loopback interface. */
export async function startAlertmanager(
  program: string,
  configFile: string,
  features: readonly string[] = [],
): Promise<RunningAlertmanager> {
  const data = await mkdtemp(join(tmpdir(), 'watchpost-alertmanager-'));
  const child = spawn(
    program,
    [
      `--config.file=${configFile}`,
      `--storage.path=${data}`,
      '--cluster.listen-address=',
      '--web.listen-address=127.0.0.1:0',
      `--enable-feature=${['utf8-strict-mode', ...features].join(',')}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(data, { recursive: true, force: true });
  };
  const listening = Promise.withResolvers<string | undefined>();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
    const port = /Listening on" address=127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port) listening.resolve(port);
  });
  child.once('exit', () => listening.resolve(undefined));
  const port = await listening.promise;
  if (port) return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
  await stop();
  throw new Error(`${program} did not start:\n${said}`);
}
