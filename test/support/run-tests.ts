/**
 * `npm test`: makes sure that an engine and images are there, runs every test, and ends what it started. The first run
 * on a bare Debian machine installs the engine and builds images, which takes minutes; later ones find them.
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCompose } from './compose-plugin.ts';
import { ensureEngine } from './engine.ts';
import { type Findings, findingsFile, programFolder } from './found.ts';
import { checkout, ensureImage, type Found, imageVariables, type TestImage } from './images.ts';
import { must, run } from './shell.ts';

const wanted: readonly TestImage[] = [
  'prometheus',
  'alertmanager',
  'node-exporter',
  'cadvisor',
  'postgres-exporter',
  'redis-exporter',
  'nginx-exporter',
  'node',
  'redis',
  'nginx',
  'loki',
  'grafana',
  'alloy',
  'mailpit',
  'servers',
  'journal',
];

/** Programs to copy out of the images, by the name under which tests and `npm start` look for them. */
const programs: readonly (readonly [TestImage, string])[] = [
  ['prometheus', '/bin/prometheus'],
  ['prometheus', '/bin/promtool'],
  ['alertmanager', '/bin/alertmanager'],
  ['alertmanager', '/bin/amtool'],
  ['postgres-exporter', '/bin/postgres_exporter'],
  ['redis-exporter', '/redis_exporter'],
];

/** Debian's Alertmanager reads these at start, from where its package puts them, and does not start without. */
const debianTemplates = '/usr/share/prometheus/alertmanager';

const folder = join(checkout, '.watchpost/test');
const say = (line: string) => console.log(`prepare: ${line}`);

mkdirSync(programFolder, { recursive: true });
const engine = await ensureEngine(folder, say);
let code = 1;
let variables: Readonly<Record<string, string>> = {};
try {
  const found = engine.missing ? { engine: engine.missing, images: {} } : await prepare();
  if (engine.missing) say(`${engine.missing}; tests that need it are skipped by name`);
  writeFileSync(findingsFile, JSON.stringify(found, null, 2));
  code = await vitest(process.argv.slice(2));
} finally {
  rmSync(findingsFile, { force: true });
  await engine.stop();
}
process.exitCode = code;

async function prepare(): Promise<Findings> {
  const images = new Map<TestImage, Found>();
  for (const name of wanted) {
    const image = await ensureImage(name, say);
    images.set(name, image);
    if ('missing' in image) say(image.missing);
  }
  variables = await ensureCompose(say);
  for (const [name, path] of programs) await copyOut(images.get(name), path);
  await copyTemplates(images.get('alertmanager'));
  return { images: { ...Object.fromEntries(images), watchpost: await buildOwn(images) } };
}

/** The probe service's own image, from this checkout: two checkouts on one machine do not take each other's. */
async function buildOwn(images: ReadonlyMap<TestImage, Found>): Promise<Found> {
  const image = `watchpost-test/watchpost:${hash('sha256', checkout).slice(0, 12)}`;
  const node = imageVariables(images).WATCHPOST_IMAGE_NODE;
  if (!node) return { missing: 'watchpost: its base image is missing' };
  const args = ['build', '-q', '-t', image, '--build-arg', `NODE_IMAGE=${node}`, '.'];
  await must('docker', args, { cwd: checkout, env: { DOCKER_BUILDKIT: '0' }, timeoutMs: 900_000 });
  return { image };
}

async function copyTemplates(from: Found | undefined): Promise<void> {
  if (!from || 'missing' in from) return;
  const container = (await must('docker', ['create', from.image])).trim();
  try {
    const kept = join(folder, 'alertmanager');
    rmSync(kept, { recursive: true, force: true });
    const copied = await run('docker', ['cp', `${container}:${debianTemplates}`, kept]);
    // The official image has no such folder and needs none.
    if (copied.code !== 0 || existsSync(debianTemplates) || process.getuid?.() !== 0) return;
    say(`installing ${debianTemplates}, which Debian's Alertmanager reads`);
    cpSync(kept, debianTemplates, { recursive: true });
  } finally {
    await must('docker', ['rm', '-v', container]);
  }
}

async function copyOut(from: Found | undefined, path: string): Promise<void> {
  if (!from || 'missing' in from) return;
  const into = join(programFolder, path.split('/').at(-1) ?? path);
  const container = (await must('docker', ['create', from.image])).trim();
  try {
    await must('docker', ['cp', '--follow-link', `${container}:${path}`, into]);
    chmodSync(into, 0o755);
  } finally {
    await must('docker', ['rm', '-v', container]);
  }
}

function vitest(args: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(
    process.execPath,
    [
      join(checkout, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=./test/support/summary-reporter.ts',
      ...args,
    ],
    {
      cwd: checkout,
      stdio: 'inherit',
      env: {
        ...process.env,
        ...variables,
        PATH: `${programFolder}:${process.env.PATH ?? ''}`,
        TESTCONTAINERS_RYUK_DISABLED: process.env.TESTCONTAINERS_RYUK_DISABLED ?? 'true',
      },
    },
  );
  child.on('error', reject);
  child.on('close', (exit) => resolve(exit ?? 1));
  return promise;
}
