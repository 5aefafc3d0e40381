import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { startNameServer } from '../testing/name-server.ts';
import { ownResolverAnswers } from './own-resolver.ts';
import { createResolver } from './resolve.ts';

const never = new AbortController().signal;

describe('createResolver', () => {
  const resolve = createResolver({ overrides: new Map([['prometheus', '127.0.0.9']]) });

  test('finds names of the hosts file', async () => {
    expect(await resolve('localhost', 4, never)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  test('takes an address as it is', async () => {
    expect(await resolve('10.1.2.3', 'any', never)).toEqual([{ address: '10.1.2.3', family: 4 }]);
    expect(await resolve('2001:db8::1', 'any', never)).toEqual([{ address: '2001:db8::1', family: 6 }]);
  });

  test('knows the parts of the stack by the address that it was given for them', async () => {
    expect(await resolve('Prometheus', 'any', never)).toEqual([{ address: '127.0.0.9', family: 4 }]);
  });

  test('does not begin when it is already told to stop', async () => {
    await expect(resolve('localhost', 4, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

describe('ownResolverAnswers', () => {
  const cases = [
    { name: 'a server that answers works', answer: 'empty', host: 'shop.example.org', works: true },
    { name: 'a server that knows no root works', answer: 'nxdomain', host: 'shop.example.org', works: true },
    { name: 'a server that refuses works', answer: 'refused', host: 'shop.example.org', works: true },
    {
      name: 'a server that is cut off from the root does not',
      answer: 'servfail',
      host: 'shop.example.org',
      works: false,
    },
    {
      name: 'for a name of the own network it need not reach the root',
      answer: 'servfail',
      host: 'panel',
      works: true,
    },
    { name: 'a silent server does not', answer: 'nothing', host: 'panel', works: false },
  ] as const;
  test.each(cases)('$name', async ({ answer, host, works }) => {
    await using server = await startNameServer(() => answer);
    expect(await ownResolverAnswers(host, { servers: [server.address], timeoutMs: 200 })).toBe(works);
  });
});

/** A mount namespace, in which /etc/resolv.conf can be another file; Linux, as root or with user namespaces. */
const namespace = [
  ['unshare', '-m'],
  ['unshare', '-rm'],
].find(([program = '', ...args]) => {
  try {
    execFileSync(program, [...args, 'mount', '--bind', '/dev/null', '/etc/resolv.conf'], { stdio: 'ignore' });
    // The name server of the test listens on port 53, which is root's.
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
});
const why = namespace ? '' : ' (skipped: needs root and mount namespaces)';

describe.skipIf(!namespace)(`with name servers of its own${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-resolve-'));
  const settings = join(folder, 'resolv.conf');
  writeFileSync(settings, 'nameserver 127.77.0.1\n');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const cases: readonly {
    readonly name: string;
    readonly names: readonly string[];
    readonly answers?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
    readonly descriptors?: number;
    readonly ends: string;
  }[] = [
    { name: 'a name that does not exist', names: ['shop.example.org'], answers: {}, ends: 'ENOTFOUND' },
    {
      name: 'a name whose own servers fail',
      names: ['shop.example.org'],
      answers: { 'shop.example.org': 'servfail', '.': 'empty' },
      ends: 'ESERVFAIL',
    },
    {
      name: 'a server that is cut off, and a public name',
      names: ['shop.example.org'],
      answers: { '*': 'servfail' },
      ends: 'EAI_AGAIN',
    },
    {
      name: "a stopped container, where Docker's server has nobody to ask further",
      names: ['panel'],
      answers: { '*': 'servfail' },
      ends: 'ESERVFAIL',
    },
    { name: 'no server at all', names: ['shop.example.org'], ends: 'EAI_AGAIN' },
    {
      name: 'a server that says nothing until time is up',
      names: ['shop.example.org'],
      answers: { '*': 'nothing' },
      timeoutMs: 600,
      ends: 'EAI_AGAIN',
    },
    {
      name: 'a name that takes too long, of a server that works',
      names: ['shop.example.org'],
      answers: { 'shop.example.org': 'nothing', '.': 'empty' },
      timeoutMs: 600,
      ends: 'ESERVFAIL',
    },
    {
      name: 'a name that waits behind slow ones is not to blame',
      names: ['slow.example.org', 'slower.example.org', 'shop.example.org'],
      answers: { '*': 'nothing', '.': 'empty' },
      timeoutMs: 600,
      ends: 'ESERVFAIL ESERVFAIL EAI_AGAIN',
    },
    { name: 'a process without descriptors', names: ['localhost'], answers: {}, descriptors: 40, ends: 'EMFILE' },
  ];
  test.each(cases)('$name: $ends', async ({ names, answers, timeoutMs = 5_000, descriptors, ends }) => {
    const scenario = { names, answers, timeoutMs, withoutDescriptors: descriptors === undefined ? undefined : true };
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors};`;
    const program = fileURLToPath(new URL('resolve-for-test.ts', import.meta.url));
    const script = `mount --bind "$1" /etc/resolv.conf; ${limit} exec "$2" "$3" "$4"`;
    const [unshare = '', ...args] = namespace ?? [];
    const { stdout } = await promisify(execFile)(
      unshare,
      [...args, 'sh', '-ec', script, 'sh', settings, process.execPath, program, JSON.stringify(scenario)],
      { env: { ...process.env, UV_THREADPOOL_SIZE: '4', RES_OPTIONS: 'timeout:1 attempts:1' } },
    );
    expect(stdout).toBe(ends);
  });
});
