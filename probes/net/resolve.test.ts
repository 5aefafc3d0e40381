import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { codeOf } from './failure.ts';
import { startZoneServer, type ZoneAnswer } from './name-server-for-test.ts';
import { createResolver } from './resolve.ts';

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'watchpost-resolve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileWith(text: string): string {
  const path = join(folder, String(files++));
  writeFileSync(path, text);
  return path;
}

/** By name, the same for A and AAAA; the root is there unless it is said what comes of it. */
type Zone = Readonly<Record<string, ZoneAnswer>>;
function from(zone: Zone): (name: string) => ZoneAnswer {
  return (name) => zone[name] ?? (name === '.' ? [] : 'nxdomain');
}

const shop = 'shop.example.org';
/** Of a server that nobody started. */
const dead = '127.0.0.1:9';

function resolverWith(options: {
  readonly servers?: readonly string[];
  readonly hosts?: string;
  readonly settings?: string;
  readonly now?: () => number;
}) {
  return createResolver({
    servers: options.servers ?? [dead],
    hostsFile: options.hosts === undefined ? '' : fileWith(options.hosts),
    resolvConf: options.settings === undefined ? '' : fileWith(options.settings),
    ...(options.now && { now: options.now }),
  });
}

/** The addresses, or the code. */
async function ends(asked: Promise<readonly { readonly address: string }[]>): Promise<string> {
  return await asked.then((found) => found.map(({ address }) => address).join(' '), codeOf);
}

describe('without asking anybody', () => {
  const cases = [
    { name: 'an address is taken as it is', host: '10.1.2.3', family: 'any', is: '10.1.2.3' },
    { name: 'an IPv6 address too', host: '2001:db8::1', family: 'any', is: '2001:db8::1' },
    { name: 'localhost is loopback', host: 'localhost', family: 'any', is: '127.0.0.1 ::1' },
    { name: 'localhost has a family', host: 'LocalHost.', family: 6, is: '::1' },
    { name: 'all below localhost is loopback', host: 'shop.localhost', family: 4, is: '127.0.0.1' },
    { name: 'the hosts file has addresses', host: 'Panel', family: 'any', is: '10.0.0.7 10.0.0.8 fd00::7' },
    { name: 'the hosts file is asked by family', host: 'alias.example.org', family: 6, is: 'fd00::7' },
    { name: 'the hosts file comes before loopback', host: 'own.localhost', family: 4, is: '127.9.9.9' },
    { name: 'a comment of the hosts file is none', host: 'gone', family: 4, is: 'EAI_AGAIN' },
    { name: 'what is no address in the hosts file is none', host: 'odd', family: 4, is: 'EAI_AGAIN' },
  ] as const;
  const hosts = `# comment
fd00::7   panel alias.example.org # gone
10.0.0.7\tpanel\r
  10.0.0.8 PANEL panel
127.9.9.9 own.localhost
10.0.0 odd
`;
  test.each(cases)('$name', async ({ host, family, is }) => {
    expect(await ends(resolverWith({ hosts })(host, family, never))).toBe(is);
  });

  test('the parts of the stack have the address that was given for them', async () => {
    const resolve = createResolver({ overrides: new Map([['prometheus', '127.0.0.9']]) });
    expect(await resolve('Prometheus', 'any', never)).toEqual([{ address: '127.0.0.9', family: 4 }]);
  });

  test('nothing begins when it is already told to stop', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(createResolver()('localhost', 4, stopped)).rejects.toThrow('stopped');
  });
});

describe('DNS', () => {
  const answered: readonly ZoneAnswerCase[] = [
    {
      name: 'finds both families, IPv4 first',
      zone: {
        [shop]: [
          ['AAAA', 'fd00::1', 60],
          ['A', '10.0.0.2', 60],
          ['A', '10.0.0.1', 60],
        ],
      },
      is: '10.0.0.2 10.0.0.1 fd00::1',
    },
    { name: 'has names without IPv6', zone: { [shop]: [['A', '10.0.0.1', 60]] }, is: '10.0.0.1' },
    { name: 'has names without IPv4', zone: { [shop]: [['AAAA', 'fd00::1', 60]] }, is: 'fd00::1' },
    {
      name: 'follows an alias',
      zone: {
        [shop]: [
          ['CNAME', 'edge.example.org', 60],
          ['A', '10.0.0.5', 60, 'edge.example.org'],
        ],
      },
      is: '10.0.0.5',
    },
    {
      name: 'does not follow aliases in a circle',
      zone: {
        [shop]: [
          ['CNAME', 'loop.example.org', 60],
          ['CNAME', shop, 60, 'loop.example.org'],
        ],
      },
      is: 'ENOTFOUND',
    },
    {
      name: 'asks again by TCP what was cut off',
      zone: { [shop]: { truncated: [['A', '10.0.0.6', 60]] } },
      is: '10.0.0.6',
    },
    { name: 'knows that a name does not exist', zone: {}, is: 'ENOTFOUND' },
    { name: 'knows that a name has no address', zone: { [shop]: [] }, is: 'ENOTFOUND' },
    { name: 'blames a name whose own servers fail', zone: { [shop]: 'servfail' }, is: 'ESERVFAIL' },
    { name: 'blames a name that is refused', zone: { [shop]: 'refused' }, is: 'ESERVFAIL' },
    {
      name: 'blames itself for a public name when it is cut off from the root',
      zone: { [shop]: 'servfail', '.': 'servfail' },
      is: 'EAI_AGAIN',
    },
    {
      name: "blames a stopped container, where Docker's server has nobody to ask further",
      host: 'panel',
      zone: { panel: 'servfail', '.': 'servfail' },
      is: 'ESERVFAIL',
    },
    {
      name: 'blames itself when nothing is said until time is up',
      zone: { [shop]: 'nothing', '.': 'nothing' },
      is: 'EAI_AGAIN',
    },
    { name: 'blames a name that takes too long, of a server that works', zone: { [shop]: 'nothing' }, is: 'ESERVFAIL' },
    {
      name: 'takes what DNS cannot write for a name that does not exist',
      host: `${'a'.repeat(64)}.org`,
      zone: {},
      is: 'ENOTFOUND',
    },
  ];
  interface ZoneAnswerCase {
    readonly name: string;
    readonly host?: string;
    readonly zone: Zone;
    readonly is: string;
  }
  test.each(answered)('$name', async ({ host = shop, zone, is }) => {
    await using server = await startZoneServer(from(zone));
    const resolve = resolverWith({ servers: [server.address] });
    expect(await ends(resolve(host, 'any', AbortSignal.timeout(600)))).toBe(is);
  });

  test('that drops the questions of one family is not waited for', async () => {
    await using server = await startZoneServer((_, type) => (type === 'A' ? [['A', '10.0.0.1', 60]] : 'nothing'));
    const resolve = resolverWith({ servers: [server.address] });
    expect(await ends(resolve(shop, 'any', AbortSignal.timeout(900)))).toBe('10.0.0.1');
    // Half an answer is not kept: the other half may come.
    await resolve(shop, 'any', AbortSignal.timeout(900));
    expect(server.asked.filter((question) => question === `A ${shop}`).length).toBe(2);
  });

  test('without a server is our own trouble', async () => {
    expect(await ends(resolverWith({})(shop, 'any', AbortSignal.timeout(2_000)))).toBe('EAI_AGAIN');
  });
});

describe('several name servers', () => {
  const good = from({ [shop]: [['A', '10.0.0.1', 60]] });
  const cases = [
    { name: 'a dead first one', first: undefined, is: '10.0.0.1' },
    { name: 'a silent first one', first: from({ [shop]: 'nothing' }), is: '10.0.0.1' },
    { name: 'a first one that fails', first: from({ [shop]: 'servfail' }), is: '10.0.0.1' },
    { name: 'a first one that refuses', first: from({ [shop]: 'refused' }), is: '10.0.0.1' },
    { name: 'a first one that knows better', first: from({}), is: 'ENOTFOUND' },
  ] as const;
  test.each(cases)('$name: $is', async ({ first, is }) => {
    await using one = first && (await startZoneServer(first));
    await using two = await startZoneServer(good);
    const resolve = resolverWith({ servers: [one?.address ?? dead, two.address] });
    expect(await ends(resolve(shop, 4, AbortSignal.timeout(1_000)))).toBe(is);
  });

  test('of which the first is only slow: it is believed about a name that the second does not know', async () => {
    await using slow = await startZoneServer(from({ 'db.internal': [['A', '10.0.0.9', 60]] }), { delayMs: 500 });
    await using two = await startZoneServer(from({}));
    const resolve = resolverWith({ servers: [slow.address, two.address] });
    expect(await ends(resolve('db.internal', 4, AbortSignal.timeout(2_000)))).toBe('10.0.0.9');
    expect(two.asked).toContain('A db.internal');
  });

  test('of which the first is dead: it is asked last the next time', async () => {
    await using two = await startZoneServer(good);
    await using three = await startZoneServer(good);
    const resolve = resolverWith({ servers: [dead, two.address, three.address] });
    await resolve(shop, 4, never);
    await resolve(shop, 4, never);
    await resolve('other.example.org', 4, never).catch(() => {});
    expect(three.asked).toEqual([]);
  });
});

describe('search domains', () => {
  const cases = [
    { name: 'a short name is tried below them first', host: 'db', asked: ['db.a.test', 'db.b.test'], is: '10.0.0.2' },
    {
      name: 'a name with a dot is tried as it stands first',
      host: 'x.y',
      asked: ['x.y', 'x.y.a.test'],
      is: '10.0.0.3',
    },
    { name: 'as many dots as ndots says', ndots: 2, host: 'x.y', asked: ['x.y.a.test'], is: '10.0.0.3' },
    { name: 'a dot at the end forbids it', host: 'db.', asked: ['db'], is: 'ENOTFOUND' },
  ] as const;
  const zone: Zone = { 'db.b.test': [['A', '10.0.0.2', 60]], 'x.y.a.test': [['A', '10.0.0.3', 60]] };
  test.each(cases)('$name', async ({ host, asked, is, ...options }) => {
    await using server = await startZoneServer(from(zone));
    const ndots = 'ndots' in options ? `options rotate ndots:${options.ndots}\n` : '';
    const resolve = resolverWith({ servers: [server.address], settings: `search a.test b.test. # ours\n${ndots}` });
    expect(await ends(resolve(host, 4, never))).toBe(is);
    expect(server.asked).toEqual(asked.map((name) => `A ${name}`));
  });
});

describe('what is kept', () => {
  async function setUp(records: ZoneAnswer) {
    const zone = { current: records };
    const clock = { now: 0 };
    const server = await startZoneServer((name) => (name === '.' ? [] : zone.current));
    const resolve = resolverWith({ servers: [server.address], now: () => clock.now });
    return {
      zone,
      clock,
      resolve,
      /** What comes of asking at a time, and how many questions it took. */
      async at(ms: number, host = shop): Promise<string> {
        clock.now = ms;
        const count = () => server.asked.filter((question) => question === `A ${host}`).length;
        const before = count();
        const is = await ends(resolve(host, 4, AbortSignal.timeout(1_000)));
        return `${is} (${count() - before})`;
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }

  test('is an answer, as long as its records say', async () => {
    await using names = await setUp([
      ['A', '10.0.0.1', 30],
      ['A', '10.0.0.2', 7],
    ]);
    expect(await names.at(0)).toBe('10.0.0.1 10.0.0.2 (1)');
    names.zone.current = [['A', '10.0.0.3', 30]];
    expect(await names.at(6_999)).toBe('10.0.0.1 10.0.0.2 (0)');
    expect(await names.at(7_000)).toBe('10.0.0.3 (1)');
  });

  test('is an answer for a minute at most', async () => {
    await using names = await setUp([['A', '10.0.0.1', 86_400]]);
    await names.at(0);
    expect(await names.at(59_999)).toBe('10.0.0.1 (0)');
    expect(await names.at(60_000)).toBe('10.0.0.1 (1)');
  });

  test('is nothing whose records say so', async () => {
    await using names = await setUp([['A', '10.0.0.1', 0]]);
    expect([await names.at(0), await names.at(0)]).toEqual(['10.0.0.1 (1)', '10.0.0.1 (1)']);
  });

  test('is an answer of the own network for less than the second after which a fail is checked again', async () => {
    await using names = await setUp([['A', '172.18.0.5', 600]]);
    await names.at(0, 'panel');
    expect(await names.at(899, 'panel')).toBe('172.18.0.5 (0)');
    names.zone.current = [['A', '172.18.0.6', 600]];
    expect(await names.at(900, 'panel')).toBe('172.18.0.6 (1)');
  });

  test('is a name that does not exist, for half a second', async () => {
    await using names = await setUp('nxdomain');
    expect(await names.at(0)).toBe('ENOTFOUND (1)');
    expect(await names.at(499)).toBe('ENOTFOUND (0)');
    names.zone.current = [['A', '10.0.0.1', 30]];
    expect(await names.at(500)).toBe('10.0.0.1 (1)');
  });

  test('is no failure, and no old answer in its place', async () => {
    await using names = await setUp([['A', '10.0.0.1', 5]]);
    await names.at(0);
    names.zone.current = 'servfail';
    expect(await names.at(5_000)).toBe('ESERVFAIL (1)');
    names.zone.current = [['A', '10.0.0.1', 5]];
    expect(await names.at(5_000)).toBe('10.0.0.1 (1)');
  });

  test('is forgotten when it is told to', async () => {
    await using names = await setUp([['A', '10.0.0.1', 30]]);
    await names.at(0);
    names.resolve.forget?.(shop);
    expect(await names.at(0)).toBe('10.0.0.1 (1)');
  });

  test('is one question where many ask at the same time', async () => {
    await using server = await startZoneServer(from({ [shop]: [['A', '10.0.0.1', 0]] }));
    const resolve = resolverWith({ servers: [server.address] });
    const found = await Promise.all(Array.from({ length: 100 }, () => ends(resolve(shop, 4, never))));
    expect(new Set(found)).toEqual(new Set(['10.0.0.1']));
    expect(server.asked).toEqual([`A ${shop}`]);
  });

  test('who gives up leaves the question to the others', async () => {
    await using server = await startZoneServer(from({ [shop]: [['A', '10.0.0.1', 60]] }), { delayMs: 150 });
    const resolve = resolverWith({ servers: [server.address] });
    const other = ends(resolve(shop, 4, never));
    expect(await ends(resolve(shop, 4, AbortSignal.timeout(20)))).toBe('EAI_AGAIN');
    expect(await other).toBe('10.0.0.1');
  });
});

describe('a file that has changed', () => {
  test('is read again within a second: the hosts file', async () => {
    const clock = { now: 0 };
    const hostsFile = fileWith('10.0.0.1 panel\n');
    const resolve = createResolver({ hostsFile, resolvConf: '', servers: [dead], now: () => clock.now });
    expect(await ends(resolve('panel', 4, never))).toBe('10.0.0.1');
    writeFileSync(hostsFile, '10.0.0.22 panel\n');
    clock.now = 1_000;
    expect(await ends(resolve('panel', 4, never))).toBe('10.0.0.22');
    rmSync(hostsFile);
    clock.now = 2_000;
    expect(await ends(resolve('panel', 4, AbortSignal.timeout(1_000)))).toBe('EAI_AGAIN');
  });

  test('is read again within a second: resolv.conf, and what was kept is forgotten', async () => {
    await using server = await startZoneServer(
      from({ 'db.a.test': [['A', '10.0.0.1', 60]], 'db.b.test': [['A', '10.0.0.2', 60]] }),
    );
    const clock = { now: 0 };
    const resolvConf = fileWith('search a.test\n');
    const resolve = createResolver({ hostsFile: '', resolvConf, servers: [server.address], now: () => clock.now });
    expect(await ends(resolve('db', 4, never))).toBe('10.0.0.1');
    writeFileSync(resolvConf, 'search b.test  \n');
    clock.now = 1_000;
    expect(await ends(resolve('db', 4, never))).toBe('10.0.0.2');
  });
});

test('a process without descriptors blames itself, whatever the name', async () => {
  const program = fileURLToPath(new URL('resolve-for-test.ts', import.meta.url));
  const script = 'ulimit -n 40; exec "$@"';
  const { stdout } = await promisify(execFile)('sh', ['-ec', script, 'sh', process.execPath, program]);
  expect(stdout).toBe('shop.example.org EMFILE, panel EMFILE, cached 10.0.0.1');
});
