import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sayPath } from './checkout.ts';
import { runWatchpost } from './testing/run-watchpost.ts';

const broken = 'stack: s\nenvironment: e\nservices:\n  app:\n    probes:\n      live: { htp: "http://127.0.0.1:1/" }\n';

const cases = [
  {
    name: 'an unknown subcommand is said',
    args: ['upp'],
    code: 2,
    says: "error: unknown command 'upp'\n(Did you mean up?)",
  },
  {
    name: 'an unknown option is said',
    args: ['check', '--confg'],
    code: 2,
    says: "unknown option '--confg'\n(Did you mean --config?)",
  },
  {
    name: 'a location that is none',
    args: ['serve', '--location', 'mars'],
    code: 1,
    says: 'the configuration names no location "mars"; it names local',
  },
  { name: 'a place to listen that is none', args: ['serve', '--listen', 'x'], code: 2, says: 'It is HOST:PORT' },
  {
    name: 'a target that there is not',
    args: ['generate', '--target', 'k8s'],
    code: 2,
    says: 'Allowed choices are compose, native',
  },
  {
    name: 'a port without a part',
    args: ['up', '--port', 'x=1'],
    code: 2,
    says: 'The part is one of watchpost, prometheus',
  },
  {
    name: 'a file that is missing',
    args: ['check', '--config', '/nowhere/w.yaml'],
    code: 1,
    says: 'cannot read /nowhere/w.yaml: no such file',
  },
  {
    name: 'a file that is a folder',
    args: ['check', '--config', tmpdir()],
    code: 1,
    says: `cannot read ${sayPath(tmpdir())}: it is a folder`,
  },
];

for (const { name, args, code, says } of cases) {
  test(name, async () => {
    const result = await runWatchpost(args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(says);
    expect(result.stderr).not.toMatch(/^ +at /m);
  });
}

for (const subcommand of ['check', 'plan', 'generate', 'serve', 'page --test', 'up --native']) {
  test(`${subcommand} shows what is wrong in the file and does nothing else`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'bad-'));
    const file = join(folder.path, 'watchpost.yaml');
    await writeFile(file, broken);
    const extra = subcommand === 'generate' ? ['--out', folder.path] : [];
    const data = subcommand.startsWith('up') ? ['--data', join(folder.path, 'data')] : [];
    const result = await runWatchpost([...subcommand.split(' '), '--config', file, ...extra, ...data]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`${sayPath(file)}:6:15`);
    expect(result.stderr).toContain('^^^');
    expect(result.stderr).not.toMatch(/^ +at /m);
  });
}

test('what a probe gives up is said for each', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'warned-'));
  const file = join(folder.path, 'watchpost.yaml');
  const probes = {
    ups: '{ http: "https://ups.example.org/", trust: unchecked }',
    old: '{ tls: "old.example.org:443", legacy_tls: true }',
    version: '{ tls: "old.example.org:443", expect: { version: [TLSv1.1] } }',
    database: '{ postgres: "postgres://me@db.example.org/app?sslmode=require" }',
    grpc: '{ grpc: "box.example.org:443", tls: true, trust: unchecked, legacy_tls: true }',
    steps: '{ flow: [{ name: one, http: "https://box.example.org/", trust: unchecked }] }',
    self: '{ tls: "box.example.org:443", trust: any }',
  };
  const lines = Object.entries(probes).map(([name, probe]) => `      ${name}: ${probe}`);
  await writeFile(file, ['stack: shop', 'services:', '  box:', '    probes:', ...lines, ''].join('\n'));
  const looksAtNothing =
    'looks at nothing in the certificate, neither name nor dates nor who signed it: any server in between passes';
  const canBeBroken =
    'takes TLS 1.0 and 1.1 and keys, groups and signatures that can be broken: whoever is in between can read and change what is said';
  expect(await runWatchpost(['check', '--config', file])).toEqual({
    code: 0,
    stdout: [
      `${sayPath(file)}: ok: 1 service, 7 probes`,
      `warning: probe "box/ups": trust: unchecked ${looksAtNothing}`,
      `warning: probe "box/old": legacy_tls: true ${canBeBroken}`,
      `warning: probe "box/version": expect.version ${canBeBroken}`,
      `warning: probe "box/database": sslmode=require ${looksAtNothing}`,
      `warning: probe "box/grpc": trust: unchecked ${looksAtNothing}`,
      `warning: probe "box/grpc": legacy_tls: true ${canBeBroken}`,
      `warning: probe "box/steps": trust: unchecked ${looksAtNothing}`,
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('a right file is counted', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'good-'));
  const file = join(folder.path, 'watchpost.yaml');
  await writeFile(file, broken.replace('htp', 'http'));
  expect(await runWatchpost(['check', '--config', file])).toEqual({
    code: 0,
    stdout: `${sayPath(file)}: ok: 1 service, 1 probe\n`,
    stderr: '',
  });
});
