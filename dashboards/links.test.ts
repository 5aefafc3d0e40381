import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { composeForTest, configOfEverything, nativeForTest } from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';
import { linksOf, panelsOf, readDashboards } from './testing/dashboards.ts';

const everything = configOfEverything();
const ways = { 'with Loki': composeForTest(), 'without Loki': nativeForTest(['loki']) };

/** What Grafana itself fills in, besides fields and labels. */
const ofGrafana = ['__url_time_range', '__value.time'];

describe.for(Object.entries(ways))('%s every link of', ([, surroundings]) => {
  const dashboards = readDashboards(generateDashboards(everything, surroundings));
  const links = panelsOf(dashboards).flatMap(({ name, dashboard, panel }) =>
    linksOf(panel).map(({ title, url }) => ({ name: `${name}: ${title}`, dashboard, url })),
  );

  test('some panel leads somewhere', () => {
    expect(links.length).toBeGreaterThan(20);
  });

  test.for(links)('$name leads to a dashboard or a runbook that is there', ({ dashboard, url }) => {
    const [, runbook] = /^\$\{runbooks:raw\}\/(.+)$/.exec(url) ?? [];
    if (runbook !== undefined) {
      const isChosen = /^\$\{__data\.fields\.\w+\}$/.test(runbook);
      expect(isChosen || existsSync(new URL(`../alerts/runbooks/${runbook}.md`, import.meta.url))).toBe(true);
      expect(dashboard.templating.list.map(({ name }) => name)).toContain('runbooks');
      return;
    }
    const [, uid] = /^\/d\/([\w-]+)\?/.exec(url) ?? [];
    const there = dashboards.find((other) => other.uid === uid);
    expect(there, url).toBeDefined();
    const given = [...url.matchAll(/[?&]var-(\w+)=/g)].map(([, name]) => name);
    const has = there?.templating.list.map(({ name }) => name) ?? [];
    expect(given.filter((name) => !has.includes(name ?? ''))).toEqual([]);
  });

  test.for(links)('$name has nothing in it that nobody fills in', ({ dashboard, url }) => {
    const names = [...url.matchAll(/\$\{([^}:]+)(?::\w+)?\}|\$(\w+)/g)].map(
      ([, braced, plain]) => braced ?? plain ?? '',
    );
    const own = dashboard.templating.list.map(({ name }) => name);
    const unknown = names.filter(
      (name) => !own.includes(name) && !ofGrafana.includes(name) && !/^__(?:data\.fields|field\.labels)\./.test(name),
    );
    expect(unknown).toEqual([]);
  });
});

test('a panel with an alert about it leads to its runbook', () => {
  const all = panelsOf(readDashboards(generateDashboards(everything, composeForTest())));
  const leading = all.filter(({ panel }) => (panel.links ?? []).length > 0);
  expect(leading.length).toBeGreaterThan(all.length / 3);
});
