import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageName, images } from '../../stack/parts.ts';
import type { Say } from './engine.ts';
import { aptInstall } from './engine.ts';
import { must, run, which } from './shell.ts';

/** The root of the checkout. */
export const checkout = join(import.meta.dirname, '../..');

/** Images of the tests that are no part of the stack: what is watched. */
const targets = {
  redis: 'redis:8',
  servers: 'watchpost-test/servers:local',
  journal: 'watchpost-test/journal:local',
  cadvisor: 'ghcr.io/google/cadvisor:0.60.5',
  'postgres-exporter': 'quay.io/prometheuscommunity/postgres-exporter:v0.20.1',
  'redis-exporter': 'oliver006/redis_exporter:v1.89.0-alpine',
  'nginx-exporter': 'nginx/nginx-prometheus-exporter:1.5.1',
} as const;
export type TestImage = Exclude<ImageName, 'watchpost'> | keyof typeof targets;

/** A component's image, or why it cannot be had. */
export type Found = { readonly image: string } | { readonly missing: string };

/**
 * How an image is made where none can be pulled: from a Debian package, or from a program on PATH that Debian does not
 * have. Laid out like the official one (entry point, paths, user), because the compose file relies on that.
 */
interface Recipe {
  readonly repository: string;
  /** Debian packages to install in the image. */
  readonly packages?: readonly string[];
  /** Programs from PATH to put into the image, and where. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Folders from this machine to put into the image, the first that exists. */
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  readonly lines: readonly string[];
  /** Prints the version, from which the tag is made. */
  readonly version: readonly string[];
}

const recipes: Readonly<Record<TestImage, Recipe>> = {
  prometheus: {
    repository: 'prom/prometheus',
    packages: ['prometheus', 'wget'],
    lines: [
      'RUN mkdir -p /prometheus /etc/prometheus && chown -R 65534:65534 /prometheus /etc/prometheus',
      'USER 65534',
      'WORKDIR /prometheus',
      'VOLUME /prometheus',
      'ENTRYPOINT ["/bin/prometheus"]',
    ],
    version: ['/bin/prometheus', '--version'],
  },
  alertmanager: {
    repository: 'prom/alertmanager',
    packages: ['prometheus-alertmanager', 'wget'],
    lines: [
      'RUN ln -sf prometheus-alertmanager /usr/bin/alertmanager && mkdir -p /alertmanager && chown 65534:65534 /alertmanager',
      'USER 65534',
      'WORKDIR /alertmanager',
      'VOLUME /alertmanager',
      'ENTRYPOINT ["/bin/alertmanager"]',
    ],
    version: ['/bin/alertmanager', '--version'],
  },
  'node-exporter': {
    repository: 'prom/node-exporter',
    packages: ['prometheus-node-exporter', 'wget'],
    lines: [
      'RUN ln -sf prometheus-node-exporter /usr/bin/node_exporter',
      'USER 65534',
      'ENTRYPOINT ["/bin/node_exporter"]',
    ],
    version: ['/bin/node_exporter', '--version'],
  },
  // Not in Debian.
  cadvisor: {
    repository: 'ghcr.io/google/cadvisor',
    packages: ['wget'],
    programs: { cadvisor: '/usr/bin/cadvisor' },
    lines: ['ENTRYPOINT ["/usr/bin/cadvisor", "-logtostderr"]'],
    version: ['/usr/bin/cadvisor', '--version'],
  },
  'postgres-exporter': {
    repository: 'quay.io/prometheuscommunity/postgres-exporter',
    packages: ['prometheus-postgres-exporter', 'wget'],
    lines: [
      'RUN ln -sf prometheus-postgres-exporter /usr/bin/postgres_exporter',
      'USER 65534',
      'ENTRYPOINT ["/bin/postgres_exporter"]',
    ],
    version: ['/bin/postgres_exporter', '--version'],
  },
  'redis-exporter': {
    repository: 'oliver006/redis_exporter',
    packages: ['prometheus-redis-exporter', 'wget'],
    lines: [
      'RUN ln -s usr/bin/prometheus-redis-exporter /redis_exporter',
      'USER 59000:59000',
      'ENTRYPOINT ["/redis_exporter"]',
    ],
    version: ['/redis_exporter', '--version'],
  },
  'nginx-exporter': {
    repository: 'nginx/nginx-prometheus-exporter',
    packages: ['prometheus-nginx-exporter'],
    lines: [
      'RUN ln -sf prometheus-nginx-exporter /usr/bin/nginx-prometheus-exporter',
      'USER 1001:1001',
      'ENTRYPOINT ["/usr/bin/nginx-prometheus-exporter"]',
    ],
    version: ['/usr/bin/nginx-prometheus-exporter', '--version'],
  },
  node: {
    repository: 'node',
    // Not Debian's nodejs: it is built without type stripping, on which everything here runs.
    packages: ['ca-certificates', 'libstdc++6', 'iputils-ping'],
    programs: { [process.execPath]: '/usr/local/bin/node' },
    lines: [
      'COPY npm /usr/local/lib/node_modules/npm',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --uid 1000 --user-group --create-home node',
      // Where a machine trusts a certificate authority of its own, a build on it must as well.
      'COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt',
      'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
      'CMD ["node"]',
    ],
    version: ['node', '--version'],
  },
  loki: {
    repository: 'grafana/loki',
    programs: { loki: '/usr/bin/loki' },
    lines: [
      'RUN mkdir -p /loki /etc/loki && chown -R 10001:10001 /loki /etc/loki',
      'USER 10001',
      'WORKDIR /loki',
      'ENTRYPOINT ["/usr/bin/loki"]',
    ],
    version: ['/usr/bin/loki', '--version'],
  },
  alloy: {
    repository: 'grafana/alloy',
    packages: ['libsystemd0'],
    programs: { alloy: '/bin/alloy' },
    lines: ['RUN mkdir -p /var/lib/alloy/data', 'ENTRYPOINT ["/bin/alloy"]'],
    version: ['/bin/alloy', '--version'],
  },
  grafana: {
    repository: 'grafana/grafana',
    packages: ['wget', 'ca-certificates'],
    programs: { grafana: '/usr/share/grafana/bin/grafana' },
    folders: { '/usr/share/grafana': ['/usr/local/share/grafana', '/usr/share/grafana'] },
    lines: [
      'RUN mkdir -p /var/lib/grafana/plugins /etc/grafana /var/log/grafana && chown -R 472:0 /var/lib/grafana /etc/grafana /var/log/grafana',
      'COPY run.sh /run.sh',
      'ENV PATH=/usr/share/grafana/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'USER 472',
      'WORKDIR /usr/share/grafana',
      'ENTRYPOINT ["/run.sh"]',
    ],
    version: ['/usr/share/grafana/bin/grafana', '--version'],
  },
  mailpit: {
    repository: 'axllent/mailpit',
    programs: { mailpit: '/mailpit' },
    lines: ['ENTRYPOINT ["/mailpit"]'],
    version: ['/mailpit', 'version', '--no-release-check'],
  },
  redis: {
    repository: 'redis',
    packages: ['redis-server'],
    lines: ['CMD ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no"]'],
    version: ['redis-server', '--version'],
  },
  nginx: {
    repository: 'nginx',
    packages: ['nginx', 'wget'],
    lines: ['CMD ["nginx", "-g", "daemon off;"]'],
    version: ['nginx', '-v'],
  },
  // Writes a journal, as a host without systemd cannot: also never pulled.
  journal: {
    repository: 'watchpost-test/journal',
    packages: ['systemd', 'systemd-journal-remote'],
    lines: [],
    version: ['journalctl', '--version'],
  },
  // Every server that a protocol is tried on, in one image: see servers.ts. Nobody publishes it, so it is never pulled.
  servers: {
    repository: 'watchpost-test/servers',
    packages: [
      'postgresql',
      'pgbouncer',
      'redis-server',
      'nginx',
      'tinyproxy',
      'postfix',
      'knot',
      'unbound',
      'dnsutils',
      'openssl',
      'iputils-ping',
      'iproute2',
    ],
    lines: ['RUN ln -s /usr/lib/postgresql/*/bin /usr/lib/postgresql/bin', 'ENV PATH=/usr/lib/postgresql/bin:$PATH'],
    version: ['postgres', '--version'],
  },
};

const base = 'watchpost-test/debian:sid';
let registryAnswers: boolean | undefined;

/**
 * The image of a component: the one that the stack pins, if it is here or can be pulled; else one built on this machine
 * under the official name with the version that is in it.
 */
export async function ensureImage(name: TestImage, say: Say): Promise<Found> {
  const pinned = name in targets ? targets[name as keyof typeof targets] : images[name as ImageName].image;
  const recipe = recipes[name];
  const local = `watchpost-test/${name}:local`;
  if (pinned !== local && (await present(pinned))) return { image: pinned };
  if (pinned !== local && (await pull(pinned, say))) return { image: pinned };
  if ((await recipeOf(local)) !== digestOf(recipe)) {
    const missing = await build(name, recipe, local, say);
    if (missing) return { missing };
  }
  if (pinned === local) return { image: local };
  const [program = '', ...args] = recipe.version;
  const printed = await run('docker', ['run', '--rm', '--entrypoint', program, local, ...args]);
  const version = /\d+\.\d+(?:\.\d+)?/.exec(printed.stdout + printed.stderr)?.[0] ?? 'local';
  const tagged = `${recipe.repository}:${/:v\d/.test(pinned) ? 'v' : ''}${version}`;
  await must('docker', ['tag', local, tagged]);
  return { image: tagged };
}

/** The label that says what a local image was built from, so that it is built anew when its recipe has changed. */
const recipeLabel = 'watchpost.recipe';

function digestOf(recipe: Recipe): string {
  // Where a program is on this machine makes no other image of it.
  const same = { ...recipe, programs: Object.values(recipe.programs ?? {}) };
  return createHash('sha256').update(JSON.stringify(same)).digest('hex').slice(0, 16);
}

async function recipeOf(image: string): Promise<string> {
  const format = `{{index .Config.Labels "${recipeLabel}"}}`;
  return (await run('docker', ['image', 'inspect', '--format', format, image])).stdout.trim();
}

async function present(image: string): Promise<boolean> {
  return (await run('docker', ['image', 'inspect', image])).code === 0;
}

/** One try tells whether a registry answers; a machine without one is not asked again for every image. */
async function pull(image: string, say: Say): Promise<boolean> {
  if (registryAnswers === false) return false;
  const pulled = await run('docker', ['pull', '-q', image], { timeoutMs: registryAnswers ? 600_000 : 60_000 });
  if (pulled.code === 0) say(`pulled ${image}`);
  else if (registryAnswers === undefined)
    say(`no image registry answers (${pulled.stderr.trim().split('\n').at(-1)}); building images`);
  registryAnswers ??= pulled.code === 0;
  return pulled.code === 0;
}

/** Builds an image; returns why not, when something it is made of is not on this machine. */
async function build(name: TestImage, recipe: Recipe, tag: string, say: Say): Promise<string | undefined> {
  const programs: [string, string][] = [];
  for (const [program, into] of Object.entries(recipe.programs ?? {})) {
    const path = await which(program);
    if (!path) return `${name}: its image cannot be pulled, and no program "${program}" is on PATH`;
    programs.push([path, into]);
  }
  const folders: [string, string][] = [];
  for (const [into, candidates] of Object.entries(recipe.folders ?? {})) {
    const path = candidates.find((candidate) => existsSync(candidate));
    if (!path) return `${name}: its image cannot be pulled, and none of ${candidates.join(', ')} is here`;
    folders.push([path, into]);
  }
  await ensureBase(say);
  say(`building ${tag} from ${[...(recipe.packages ?? []), ...programs.map(([path]) => path)].join(' ')}`);
  const context = mkdtempSync(join(tmpdir(), 'watchpost-image-'));
  try {
    await writeContext(context, name);
    const copies: string[] = [];
    for (const [from, into] of [...folders, ...programs]) {
      const entry = `part-${copies.length}`;
      await must('cp', ['-rL', from, join(context, entry)]);
      copies.push(`COPY ${entry} ${into}`);
    }
    const install = recipe.packages
      ? [
          `RUN apt-get -o Acquire::Check-Valid-Until=false update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${recipe.packages.join(' ')} && rm -rf /var/lib/apt/lists/*`,
        ]
      : [];
    writeFileSync(
      join(context, 'Dockerfile'),
      `${[`FROM ${base}`, ...install, ...copies, ...recipe.lines, `LABEL ${recipeLabel}=${digestOf(recipe)}`].join('\n')}\n`,
    );
    await must('docker', ['build', '-q', '-t', tag, context], { env: { DOCKER_BUILDKIT: '0' }, timeoutMs: 900_000 });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return undefined;
}

async function writeContext(context: string, name: TestImage): Promise<void> {
  if (name === 'node') {
    const packed =
      (await must('npm', ['pack', '--silent', 'npm@11'], { cwd: context })).trim().split('\n').at(-1) ?? '';
    await must('tar', ['-xzf', packed, '--transform', 's/^package/npm/'], { cwd: context });
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    if (existsSync(bundle)) copyFileSync(bundle, join(context, 'ca-certificates.crt'));
    else writeFileSync(join(context, 'ca-certificates.crt'), '');
  }
  if (name === 'grafana') {
    const script = `#!/bin/sh
for name in $(env | sed -n 's/^\\(GF_[A-Za-z0-9_]*\\)__FILE=.*/\\1/p'); do
  eval "file=\\$\${name}__FILE"
  export "$name=$(cat "$file")"
  unset "\${name}__FILE"
done
exec grafana server --homepath=/usr/share/grafana --packaging=docker "$@"
`;
    writeFileSync(join(context, 'run.sh'), script, { mode: 0o755 });
  }
}

/** A Debian base image, made here where it cannot be pulled. */
export async function ensureBase(say: Say): Promise<void> {
  if (await present(base)) return;
  if (!(await which('debootstrap'))) {
    say('installing from Debian packages: debootstrap');
    await aptInstall(['debootstrap']);
  }
  say('making a Debian base image with debootstrap (about half a minute)');
  const root = mkdtempSync(join(tmpdir(), 'watchpost-debian-'));
  try {
    await must('debootstrap', ['--variant=minbase', 'sid', root], { timeoutMs: 900_000 });
    await must('sh', ['-c', `tar -C "${root}" -c . | docker import - "${base}"`], { timeoutMs: 300_000 });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The variables that make Compose and the image build use what was found. */
export function imageVariables(found: ReadonlyMap<TestImage, Found>): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, { variable }] of Object.entries(images)) {
    const entry = found.get(name as TestImage);
    if (entry && 'image' in entry) variables[variable] = entry.image;
  }
  return variables;
}
