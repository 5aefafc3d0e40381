import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImageName, images, parts } from '../../stack/parts.ts';
import { sourceFiles } from '../rules/source-files.ts';
import { findings, imageOf, missing } from '../support/found.ts';
import { checkout, imageVariables, type TestImage } from '../support/images.ts';
import { must, run } from '../support/shell.ts';

/** Without these there is nothing to see; the others are left out by name. */
const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);
const optional = ['loki', 'grafana', 'alloy', 'node-exporter', 'mailpit'] as const;
const leftOut = optional.flatMap((name) => missing([name]) ?? []);
const project = `watchpost-test-${process.pid}`;

describe.skipIf(lacking)(
  `docker compose up${lacking ? ` (${lacking})` : leftOut.length > 0 ? ` without ${leftOut.join('; ')}` : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-compose-'));
    const found = findings().images;
    const env = {
      ...imageVariables(new Map(Object.entries(found)) as ReadonlyMap<TestImage, NonNullable<(typeof found)['node']>>),
      WATCHPOST_IMAGE: found.watchpost && 'image' in found.watchpost ? imageOf('watchpost') : '',
      DOCKER_BUILDKIT: '0',
      COMPOSE_BAKE: 'false',
      COMPOSE_PROJECT_NAME: project,
    };
    const compose = (...args: string[]) =>
      must('docker', ['compose', ...args], { cwd: folder, env, timeoutMs: 300_000 });
    const present = (service: string) =>
      !(optional as readonly string[]).includes(service) || !missing([service as TestImage]);
    let services: readonly string[] = [];

    beforeAll(async () => {
      for (const file of await sourceFiles(/./)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        cpSync(join(checkout, file), join(folder, file), { verbatimSymlinks: true });
      }
      services = (await compose('config', '--services')).split('\n').filter((name) => name !== '' && present(name));
      // The machine's own ports may be taken; all else is as shipped.
      const published = Object.entries(parts).filter(
        ([name]) => services.includes(name) && name !== 'node-exporter' && name !== 'alloy',
      );
      const override = published.map(([name, { port }]) => `  ${name}: { ports: !override ["127.0.0.1::${port}"] }`);
      const hidden = ['alloy', 'node-exporter']
        .filter((name) => services.includes(name))
        .map((name) => `  ${name}: { ports: !override [] }`);
      writeFileSync(join(folder, 'compose.override.yaml'), `services:\n${[...override, ...hidden].join('\n')}\n`);
      // README: docker compose up -d --wait
      await compose(
        'up',
        '-d',
        '--wait',
        '--wait-timeout',
        '180',
        '--no-build',
        ...(leftOut.length > 0 ? ['--no-deps'] : []),
        ...services,
      );
    });
    afterAll(async () => {
      await run('docker', ['compose', 'down', '-v', '--remove-orphans', '--timeout', '5'], {
        cwd: folder,
        env,
        timeoutMs: 120_000,
      });
      rmSync(folder, { recursive: true, force: true });
    });

    const url = async (service: keyof typeof parts) =>
      `http://${(await compose('port', service, String(parts[service].port))).trim()}`;

    test('every service is up and healthy', async () => {
      const listed = (await compose('ps', '-a', '--format', 'json'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const bad = listed.filter(
        ({ State, Health, ExitCode }) => (State !== 'running' && ExitCode !== 0) || Health === 'unhealthy',
      );
      expect(bad.map(({ Service, State, Health }) => ({ Service, State, Health }))).toEqual([]);
      expect(listed.map(({ Service }) => Service).sort()).toEqual([...services].sort());
    });

    test('the demo probes pass, and Prometheus has them', async () => {
      const prometheus = await url('prometheus');
      await until('probe_success of every probe', async () => {
        const answer = await json<QueryAnswer>(
          `${prometheus}/api/v1/query?query=${encodeURIComponent('count(probe_success == 1) == count(watchpost_probe_expected)')}`,
        );
        return answer.data.result.length > 0;
      });
      const targets = await json<TargetsAnswer>(`${prometheus}/api/v1/targets?state=active`);
      const down = targets.data.activeTargets.filter(
        ({ health, labels: { job = '' } }) => health !== 'up' && present(job === 'host' ? 'node-exporter' : job),
      );
      expect(down.map((target) => ({ ...target.labels, error: target.lastError }))).toEqual([]);
    });

    test('a broken demo is paged: to Mailpit where it runs, and to the receipt log', async () => {
      await misbehave(await url('demo'), 'down');
      await until('the receipt', async () =>
        /demo\/(live|ready) is down/.test(await compose('logs', '--no-color', 'watchpost')),
      );
      if (present('mailpit')) {
        const mailpit = await url('mailpit');
        await until('the mail', async () => {
          const { messages } = await json<{ messages: { Subject: string }[] }>(`${mailpit}/api/v1/messages`);
          return messages.some(({ Subject }) => /demo\/(live|ready)/.test(Subject));
        });
      }
      await misbehave(await url('demo'), 'none');
    });

    test('the generators run in the image and leave no file of another owner', async () => {
      await must('chown', ['-R', '1000:1000', folder]);
      // README: docker compose run --rm --user "$(id -u):$(id -g)" generate
      await compose('run', '--rm', '--no-deps', '--user', '1000:1000', 'generate');
      const foreign = await must('find', [folder, '-not', '-user', '1000', '-print']);
      expect(foreign).toBe('');
      const changed = await run('diff', ['-r', '-q', join(folder, 'prometheus'), join(checkout, 'prometheus')]);
      expect(changed.stdout).not.toContain('generated');
    });

    test('Grafana has a password of its own and every dashboard', async (context) => {
      if (!present('grafana')) context.skip(missing(['grafana']));
      // README: docker compose exec grafana cat /var/lib/grafana/admin-password
      const password = (await compose('exec', '-T', 'grafana', 'cat', '/var/lib/grafana/admin-password')).trim();
      expect(password.length).toBeGreaterThan(15);
      const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
      const grafana = await url('grafana');
      const dashboards = await json<{ uid: string }[]>(`${grafana}/api/search?type=dash-db`, { authorization });
      expect(dashboards.map(({ uid }) => `${uid}.json`).sort()).toEqual(
        readdirSync(join(checkout, 'dashboards/generated')).sort(),
      );
      const refused = await fetch(`${grafana}/api/search`, {
        headers: { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` },
      });
      expect(refused.status).toBe(401);
    });

    test("the probe service's log lines are in Loki", async (context) => {
      if (!present('loki')) context.skip(missing(['loki']));
      const loki = await url('loki');
      const query = encodeURIComponent('{service_name="watchpost"} | event="probe_down"');
      await until('the line', async () => {
        const answer = await json<QueryAnswer>(`${loki}/loki/api/v1/query_range?query=${query}&since=10m`);
        return answer.data.result.length > 0;
      });
    });

    test('the image variables cover every image of the stack', async () => {
      const used = (await compose('config', '--images')).trim().split('\n');
      const known = (Object.keys(images) as ImageName[]).flatMap((name) => {
        const entry = found[name as TestImage];
        return [images[name].image, ...(entry && 'image' in entry ? [entry.image] : [])];
      });
      expect(used.filter((image) => !known.includes(image) && image !== env.WATCHPOST_IMAGE)).toEqual([]);
    });
  },
);

/** An answer of another program; `T` says what the test looks at, and a missing field fails the test. */
async function json<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  return (await fetch(url, { headers })).json() as Promise<T>;
}

interface QueryAnswer {
  readonly data: { readonly result: readonly unknown[] };
}

interface TargetsAnswer {
  readonly data: {
    readonly activeTargets: readonly {
      readonly health: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly lastError: string;
    }[];
  };
}

async function misbehave(demo: string, mode: string): Promise<void> {
  const response = await fetch(`${demo}/misbehave`, { method: 'POST', body: JSON.stringify({ mode }) });
  expect(response.status).toBe(200);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if (await holds().catch(() => false)) return;
    await sleep(500);
  }
  throw new Error(`waited 60 s for ${what}`);
}
