import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { logAlerts } from '../stack/log-alerts.ts';
import { knownSeries } from '../stack/promql.ts';
import { readQuery } from './checks/query.ts';
import { ruleTestFiles } from './rule-files.ts';
import { alertRules } from './rules/index.ts';
import { readRunbook } from './runbook.ts';
import { sampleConfig } from './testing/sample.ts';

function section(text: string, heading: string): string {
  return text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
}

/** The alerts of Prometheus's rules, and those of Loki's. */
const names = [...new Set([...alertRules.map(({ alert }) => alert), ...logAlerts])];
const testFiles = ruleTestFiles(sampleConfig());

function testFileOf(name: string): string | undefined {
  const rule = alertRules.find(({ alert }) => alert === name);
  const files = testFiles.filter(({ content }) => content.includes(`alertname: ${rule?.alert}\n`));
  return files.map(({ path }) => path.split('/').at(-1)).find((file) => !file?.startsWith('expected-'));
}

/** Where a query does not parse, and which of its series nobody has. */
function faultsOf(query: string) {
  const { faults, selectors } = readQuery(query);
  const unknown = selectors.filter(({ name }) => name !== undefined && !knownSeries(name)).map(({ text }) => text);
  return { faults: faults.map(({ text }) => text), unknown };
}

describe('runbooks', () => {
  test('there is one for each alert, and none besides', async () => {
    const files = await readdir(new URL('./runbooks', import.meta.url));
    expect(files.sort()).toEqual(names.map((name) => `${name}.md`).sort());
  });

  test.each(names)('%s says what it means, what to run, and how to silence it', async (name) => {
    const text = (await readRunbook(name)) ?? '';
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      'What it means',
      'First three commands',
      'How to confirm',
      'How to silence it',
      'How it is tested',
    ]);
    const commands = text.slice(text.indexOf('## First three'), text.indexOf('## How to confirm'));
    expect([...commands.matchAll(/^```sh\n.+?^```$/gms)]).toHaveLength(3);
    // Watchdog notifies nobody.
    const silence = name === 'Watchdog' ? 'There is nothing to silence' : `silence add alertname=${name} `;
    expect(section(text, 'How to silence it')).toContain(silence);
    // No promtool reads LogQL.
    const file = testFileOf(name);
    const tested = file === undefined ? 'test/stack/log-rules.test.ts' : `alerts/generated/tests/${file}`;
    expect(section(text, 'How it is tested')).toContain(tested);
  });

  test.each(names)('%s asks Prometheus for nothing that does not parse or is not there', async (name) => {
    const text = (await readRunbook(name)) ?? '';
    for (const [, query = ''] of text.matchAll(/promtool query instant \S+\s+(?:\\\s+)?'([^']+)'/g)) {
      expect({ query, ...faultsOf(query) }).toEqual({ query, faults: [], unknown: [] });
    }
  });

  test.each(['', 'Nothing', '../index', 'ProbeDown.md'])('there is none of "%s"', async (name) => {
    expect(await readRunbook(name)).toBeUndefined();
  });
});
