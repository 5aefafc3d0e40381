import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyWhenWell } from '../../dashboards/empty-when-well.ts';
import { dataSources } from '../../stack/parts.ts';
import { findings, missing } from '../support/found.ts';
import { checkout } from '../support/images.ts';
import { type Ask, asker } from '../support/panels/ask.ts';
import { look, noBrowser, screen, startBrowser, widths } from '../support/panels/browser.ts';
import { type Chosen, choices } from '../support/panels/chosen.ts';
import { authorization, framesOf, fullest, writtenForOlder } from '../support/panels/grafana.ts';
import { livelyStage } from '../support/panels/lively.ts';
import { type AskedDashboard, type Question, readDashboards } from '../support/panels/questions.ts';
import { must } from '../support/shell.ts';
import type { Stack } from '../support/stack.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager', 'loki', 'nginx']);
const further = (['alloy', 'grafana'] as const).filter((name) => findings().images[name] && !missing([name]));

const noGrafana = missing(['grafana']);

/** A question, and the best that any choice of a user got for an answer. */
interface Answered {
  readonly question: Question;
  readonly series: number;
  readonly chosen: Chosen;
}

describe.skipIf(lacking)(`what the dashboards ask${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let stack: Stack;
  let dashboards: readonly AskedDashboard[] = [];
  let ask: Ask;
  const answers: Answered[] = [];

  beforeAll(async () => {
    ({ stack } = cleanup.use(await livelyStage(['loki', ...further])));
    dashboards = readDashboards(join(stack.folder, 'dashboards/generated'));
    ask = asker({ prometheus: stack.url('prometheus'), loki: stack.url('loki') });
    for (const dashboard of dashboards) {
      const all = await choices(dashboard, ask);
      for (const question of dashboard.questions) answers.push(await bestAnswer(question, all, ask));
    }
  }, 600_000);
  afterAll(() => cleanup.disposeAsync());

  test('is answered by Prometheus and Loki with data, but for what is empty when all is well', async ({ annotate }) => {
    await annotate(`\n${table(answers)}`);
    expect(answers.length).toBeGreaterThan(0);
    const empty = answers.filter(({ question, series }) => series === 0 && emptyWhenWell[question.key] === undefined);
    expect(empty.map(({ question: { key, panel, expr } }) => ({ key, panel, expr }))).toEqual([]);
  });

  describe.skipIf(noGrafana)(`by Grafana${noGrafana ? ` (${noGrafana})` : ''}`, () => {
    test('takes every dashboard and data source, and its log has no line of an error', async () => {
      const found = await grafanaJson<{ uid: string }[]>(stack, '/api/search?type=dash-db');
      expect(found.map(({ uid }) => uid).sort()).toEqual(dashboards.map(({ uid }) => uid).sort());
      const sources = await grafanaJson<{ uid: string }[]>(stack, '/api/datasources');
      expect(sources.map(({ uid }) => uid).sort()).toEqual(Object.values(dataSources).sort());
      const log = await must('docker', ['logs', stack.part('grafana').getId()]);
      expect(log.split('\n').filter((line) => /level=(?:error|crit)|lvl=eror/.test(line))).toEqual([]);
    });

    test('is answered, every query with as much as without it', async () => {
      const poorer: string[] = [];
      for (const { question, series, chosen } of answers) {
        const frames = await framesOf(stack.url('grafana'), question, chosen);
        if (series > 0 && frames === 0) poorer.push(question.key);
      }
      expect(poorer).toEqual([]);
    });

    describe.skipIf(noBrowser)(`in a browser${noBrowser ? ` (${noBrowser})` : ''}`, () => {
      beforeAll(() => writtenForOlder(stack.url('grafana'), join(stack.folder, 'dashboards/generated')));

      test.for(widths)(
        'every dashboard at %i px has data in every panel, and no error',
        { timeout: 600_000 },
        async (width, { annotate }) => {
          const pictures = join(checkout, '.watchpost/test/pictures');
          mkdirSync(pictures, { recursive: true });
          await using browser = await startBrowser();
          const context = await screen(browser, width);
          const seen: Record<string, readonly string[]> = {};
          for (const dashboard of dashboards) {
            const query = new URLSearchParams({ from: 'now-8m', to: 'now', kiosk: '1' });
            for (const [name, value] of Object.entries(await fullest(dashboard, ask))) {
              const { type, isMulti } = dashboard.variables.find((variable) => variable.name === name) ?? {};
              if (type === 'query' && !isMulti) query.set(`var-${name}`, value);
            }
            const url = `${stack.url('grafana')}/d/${dashboard.uid}?${query}`;
            const picture = join(pictures, `${dashboard.uid}-${width}.png`);
            const { panels, complaints } = await look(context, url, picture);
            // A panel of log lines has no words of its own for where there is none.
            const mayBeEmpty = (complaint: string) =>
              emptyPanels(dashboard).some((title) => complaint === `no data: ${title}`);
            seen[dashboard.title] =
              panels > 0 ? complaints.filter((complaint) => !mayBeEmpty(complaint)) : ['nothing is drawn'];
          }
          await annotate(`pictures of ${dashboards.length} dashboards in .watchpost/test/pictures`);
          expect(seen).toEqual(Object.fromEntries(dashboards.map(({ title }) => [title, []])));
        },
      );
    });
  });
});

/** Panels of which every query may be without an answer. */
function emptyPanels({ questions }: AskedDashboard): readonly string[] {
  const titles = [...new Set(questions.map(({ panel }) => panel))];
  return titles.filter((title) =>
    questions.every(({ panel, key }) => panel !== title || emptyWhenWell[key] !== undefined),
  );
}

async function grafanaJson<T>(stack: Stack, path: string): Promise<T> {
  const response = await fetch(`${stack.url('grafana')}${path}`, { headers: { authorization } });
  return (await response.json()) as T;
}

async function bestAnswer(question: Question, all: readonly Chosen[], ask: Ask): Promise<Answered> {
  let best: Answered = { question, series: 0, chosen: all[0] ?? {} };
  for (const chosen of all) {
    const series = await ask.series(question, chosen);
    if (series > best.series) best = { question, series, chosen };
  }
  return best;
}

function table(answers: readonly Answered[]): string {
  const rows = answers.map(({ question: { key, dashboard, panel, source }, series, chosen }) => {
    const values = Object.entries(chosen).filter(([name]) => name !== 'datasource' && name !== 'logs');
    const said = values.map(([name, value]) => `${name}=${value.length > 24 ? 'All' : value}`).join(' ');
    return [dashboard, panel, key.split('/').at(-1), source, String(series), said || (emptyWhenWell[key] ?? '')];
  });
  const head = ['dashboard', 'panel', 'query', 'asks', 'series', 'chosen'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
