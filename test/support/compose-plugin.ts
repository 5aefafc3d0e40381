import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Say } from './engine.ts';
import { checkout, ensureBase } from './images.ts';
import { must, run } from './shell.ts';

/**
 * Makes sure that `docker compose` is there: the machine's own, or the one of Debian's package in a folder of the tests.
 * @returns variables with which `docker` finds it; empty when it does by itself
 */
export async function ensureCompose(say: Say): Promise<Readonly<Record<string, string>>> {
  if ((await run('docker', ['compose', 'version'])).code === 0) return {};
  const config = join(checkout, '.watchpost/test/docker');
  const variables = { DOCKER_CONFIG: config };
  if ((await run('docker', ['compose', 'version'], { env: variables })).code === 0) return variables;
  await ensureBase(say);
  say('taking docker compose out of the Debian package docker-compose');
  const plugins = join(config, 'cli-plugins');
  mkdirSync(plugins, { recursive: true });
  const script = [
    'cd /tmp',
    'apt-get -o Acquire::Check-Valid-Until=false update -qq',
    'apt-get download -qq docker-compose',
    'dpkg-deb -x docker-compose_*.deb unpacked',
    'cp "$(find unpacked -type f -name docker-compose | head -n 1)" /out/docker-compose',
    'chmod 0755 /out/docker-compose',
  ].join(' && ');
  await must('docker', ['run', '--rm', '-v', `${plugins}:/out`, 'watchpost-test/debian:sid', 'sh', '-c', script], {
    timeoutMs: 300_000,
  });
  return variables;
}
