import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { freePorts } from '../../cli/testing/running-watchpost.ts';
import { type SlackSink, startSlackSink } from './slack-sink.ts';
import { startTarget, type Target } from './target.ts';

/** A machine on which some programs are installed, and a service that a test breaks. */
export interface Place extends AsyncDisposable {
  readonly config: string;
  readonly data: string;
  readonly target: Target;
  readonly slack: SlackSink;
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Base URL of a part. */
  url(part: (typeof parts)[number]): string;
}

const parts = ['watchpost', 'prometheus', 'alertmanager'] as const;

/** A machine on which exactly these programs are installed, and a service that can be broken. */
export async function place(programs: readonly string[]): Promise<Place> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'up-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const program of programs) await symlink(program, join(bin, basename(program)));
  const target = cleanup.use(await startTarget());
  const slack = cleanup.use(await startSlackSink());
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets/slack_webhook_url'), `${slack.url}\n`);
  const config = join(folder, 'watchpost.yaml');
  await writeFile(
    config,
    `stack: s
environment: e
services:
  app: { probes: { live: { http: "http://127.0.0.1:${target.port}/", every: 1s, confirm: 0 } } }
notify: { slack: { webhook_url_file: /run/secrets/slack_webhook_url } }
`,
  );
  const ports = await freePorts(parts.length);
  const moved = cleanup.move();
  return {
    config,
    data: join(folder, 'data'),
    target,
    slack,
    arguments: [
      ...['up', '--config', config, '--data', join(folder, 'data')],
      ...parts.flatMap((part, i) => ['--port', `${part}=${ports[i]}`]),
    ],
    env: { PATH: bin },
    url: (part) => `http://127.0.0.1:${ports[parts.indexOf(part)]}`,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}
