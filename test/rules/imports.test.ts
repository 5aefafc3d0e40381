import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { read, sourceFiles } from './source-files.ts';

/**
 * Which folder may import which, besides itself and packages. A list of files limits what is seen of a folder; `*` is
 * all of it. Tests may also import what their folder may not: `testing` and `test/support`.
 */
const mayImport: Readonly<Record<string, Readonly<Record<string, '*' | readonly string[]>>>> = {
  stack: {},
  probes: { stack: '*' },
  config: {
    stack: '*',
    probes: ['probes/probers/index.ts', 'probes/probers/prober.ts', 'probes/probers/*/options.ts'],
  },
  alerts: { stack: '*', config: ['config/model.ts'] },
  dashboards: { stack: '*', config: ['config/model.ts'] },
  prometheus: { stack: '*', config: ['config/model.ts'] },
  loki: { stack: '*', config: ['config/model.ts'] },
  grafana: { stack: '*', config: ['config/model.ts'] },
  compose: { stack: '*', config: ['config/model.ts'] },
  verify: { stack: '*', config: ['config/model.ts'] },
  cli: {
    stack: '*',
    probes: '*',
    config: '*',
    alerts: '*',
    dashboards: '*',
    prometheus: '*',
    loki: '*',
    grafana: '*',
    compose: '*',
    verify: '*',
  },
  // It measures what is put together: the probe service through the command, and the certificates of the tests.
  bench: { stack: '*', probes: ['probes/testing/certificates.ts'] },
};

/** Inside `probes/`: the engine knows no protocol, and a protocol knows no engine. */
const mayNotImport: readonly { readonly from: RegExp; readonly to: RegExp; readonly because: string }[] = [
  {
    from: /^probes\/schedule\//,
    to: /^probes\/(probers|export|pager|status|net)\//,
    because: 'the schedule sees only a bound run',
  },
  { from: /^probes\/export\//, to: /^probes\/(probers|net|schedule)\//, because: 'the exporters see only outcomes' },
  {
    from: /^probes\/probers\//,
    to: /^probes\/(schedule|export|state|status|pager)\//,
    because: 'a prober knows sockets only',
  },
];

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)|(?:^|\n)\s*import\s+['"](\.[^'"]+)['"]/g;

async function imports(): Promise<readonly { readonly from: string; readonly to: string }[]> {
  const files = await sourceFiles(/\.ts$/);
  return files.flatMap((from) =>
    [...read(from).matchAll(importPattern)].map((match) => ({
      from,
      to: join(dirname(from), match[1] ?? match[2] ?? match[3] ?? ''),
    })),
  );
}

function allowed(from: string, to: string): boolean {
  const [fromFolder = '', toFolder = ''] = [from.split('/')[0], to.split('/')[0]];
  if (fromFolder === toFolder || fromFolder === 'test' || !from.includes('/') || !to.includes('/')) return true;
  if (from.endsWith('.test.ts') && toFolder !== 'cli') return true;
  const rule = mayImport[fromFolder]?.[toFolder];
  if (rule === '*') return true;
  return (rule ?? []).some((pattern) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`).test(to),
  );
}

describe('imports', () => {
  test('follow the table of the design', async () => {
    const found = await imports();
    expect(found.length).toBeGreaterThan(50);
    expect(found.filter(({ from, to }) => !allowed(from, to))).toEqual([]);
  });

  test.each(mayNotImport)('$because', async ({ from, to }) => {
    const wrong = (await imports()).filter(
      (edge) => !edge.from.endsWith('.test.ts') && from.test(edge.from) && to.test(edge.to),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing but a test imports the tests', async () => {
    const wrong = (await imports()).filter(
      ({ from, to }) => to.startsWith('test/') && !/\.test\.ts$|^test\/|^vitest\.config\.ts$/.test(from),
    );
    expect(wrong).toEqual([]);
  });

  test('no source file is longer than 400 lines', async () => {
    const files = await sourceFiles(/\.ts$/);
    const long = files
      .map((path) => ({ path, lines: read(path).split('\n').length }))
      .filter(({ lines }) => lines > 401);
    expect(long).toEqual([]);
  });
});
