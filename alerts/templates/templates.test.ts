import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Page, renderMail, renderSlack } from '../../probes/pager/index.ts';
import { machineTime } from '../../probes/testing/machine-time.ts';
import { atTimeOf, linkNames } from '../../stack/message/index.ts';
import { run, which } from '../../test/support/shell.ts';
import { templateFiles } from './index.ts';
import { burning, down, hostile, notOurs, serviceDown, several, up } from './testing/pages.ts';

/** Alertmanager's own renderer, in each version that is here; `WATCHPOST_AMTOOL` names a further one. */
const programs = (await Promise.all([process.env.WATCHPOST_AMTOOL ?? '', 'amtool', 'amtool-0.34'].map(which))).filter(
  (program) => program !== undefined,
);
const skip = programs.length === 0;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-templates-'));
  for (const { path, content } of templateFiles()) await writeFile(join(folder, basename(path)), content);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const other: Page = { ...up, labels: { ...up.labels, probe: 'live' }, annotations: { ...up.annotations, summary: '' } };

/** Each is one notification. What fires begins in the future, so that "now" does not show: it has lasted `1 s`. */
const cases: readonly { readonly name: string; readonly golden: string; readonly pages: readonly Page[] }[] = [
  { name: 'one probe is down', golden: 'down', pages: [down] },
  { name: 'one probe is up again', golden: 'up', pages: [up] },
  { name: 'a warning about something that is no probe', golden: 'not-ours', pages: [notOurs] },
  { name: 'an alert of ours without service and probe', golden: 'service-down', pages: [serviceDown] },
  { name: 'an error budget that is spent too fast', golden: 'burning', pages: [burning] },
  { name: 'a target that sends what it should not', golden: 'hostile', pages: [hostile] },
  { name: 'twelve alerts of one group', golden: 'several', pages: several(12) },
  { name: 'one that fires and one that is over', golden: 'one-left', pages: [down, other] },
  { name: 'some that fire and some that are over', golden: 'mixed', pages: [...several(2), up] },
  {
    name: 'all of several are over',
    golden: 'all-over',
    pages: [up, { ...up, labels: { ...up.labels, target: 'b' } }],
  },
];
const alone = cases.flatMap(({ name, pages: [page, ...others] }) =>
  page && others.length === 0 ? [{ name, page }] : [],
);

describe.skipIf(skip).each(skip ? ['amtool'] : programs)(
  'templates, rendered by %s (needs amtool on PATH)',
  (program) => {
    test.each(cases)('$name: Slack and mail read in testdata, $golden', async ({ golden, pages }) => {
      const rendered = await renderText(program, pages);
      const shown = Object.entries(rendered).map(([part, text]) => `── ${part} ──\n${text}\n`);
      await expect(shown.join('\n')).toMatchFileSnapshot(`testdata/${golden}.txt`);
    });

    test.each(cases)('$name: the HTML mail looks in testdata, $golden', async ({ golden, pages }) => {
      await expect(await renderHtml(program, pages)).toMatchFileSnapshot(`testdata/${golden}.html`);
    });

    test.each(alone)('$name: the direct pager posts the same to Slack', async ({ page }) => {
      const rendered = await renderText(program, [page]);
      const [attachment] = renderSlack(page, machineTime()).attachments;
      // Where the page has no address, Alertmanager's template gives its own.
      const own = linkNames.map((name) => rendered[`slack.${name}`]).filter((url) => isOf(page, url));
      expect({ ...attachment, actions: undefined }).toEqual({
        title: rendered['slack.title'],
        title_link: own.find((url) => url === page.annotations.runbook_url),
        fallback: rendered['slack.fallback'],
        color: rendered['slack.color'],
        text: rendered['slack.text'],
        mrkdwn_in: ['text'],
        actions: undefined,
      });
      expect(attachment?.actions?.map(({ url }) => url) ?? []).toEqual(own);
    });

    test.each(alone)('$name: the direct pager sends the same mail', async ({ page }) => {
      const rendered = await renderText(program, [page]);
      const { subject, text, html, headers } = renderMail(page, machineTime());
      expect({ subject, text, list: headers['List-Id'], alert: headers['X-Watchpost-Alert'] }).toEqual({
        subject: rendered['mail.subject'],
        text: rendered['mail.text'],
        list: rendered['mail.list'],
        alert: rendered['mail.alert'],
      });
      expect(html).toBe(await renderHtml(program, [page]));
    });

    test.each([0.2, 59, 119.4, 119.6, 185, 7_169, 7_171, 7_260, 86_300, 86_500, 172_700, 173_100, 360_000, 3_600_000])(
      'the direct pager says the same of %d s',
      async (seconds) => {
        // Near the end of a minute: where a time is cut or rounded shows.
        const startsAt = Math.floor(machineTime() / 60_000) * 60_000 - 1_300;
        const page: Page = { ...up, startsAt, endsAt: startsAt + seconds * 1_000 };
        const rendered = await renderText(program, [page]);
        expect(renderMail(page, 0)).toMatchObject({ subject: rendered['mail.subject'], text: rendered['mail.text'] });
      },
    );

    test('an age is counted from the start of the alert to now', async () => {
      const startsAt = machineTime() - 200_000;
      expect(await renderText(program, [{ ...down, startsAt }])).toMatchObject({
        'slack.text': expect.stringContaining(` UTC (3 min) · the status is wrong (status)`),
      });
    });
  },
);

function isOf(page: Page, url: string | undefined): boolean {
  return Object.values(page.annotations).some((own) => atTimeOf(own, page.startsAt, page.endsAt) === url);
}

const parts = [
  ...['slack.title', 'slack.fallback', 'slack.color', 'slack.text'],
  ...linkNames.map((name) => `slack.${name}`),
  ...['mail.subject', 'mail.list', 'mail.alert', 'mail.text'],
];
const externalUrl = 'https://watch.example.org/am';
/** Nothing that a template prints. */
const border = '\u0001';

/** Every text by the name of its template. */
async function renderText(program: string, pages: readonly Page[]): Promise<Record<string, string>> {
  const template = parts.map((part) => `{{ template "watchpost.${part}" . }}`).join(border);
  const texts = (await amtool(program, pages, template, 'text')).split(border);
  return Object.fromEntries(parts.map((part, i) => [part, texts[i] ?? '']));
}

function renderHtml(program: string, pages: readonly Page[]): Promise<string> {
  return amtool(program, pages, '{{ template "watchpost.mail.html" . }}', 'html');
}

async function amtool(program: string, pages: readonly Page[], template: string, type: string): Promise<string> {
  const data = join(folder, `${crypto.randomUUID()}.json`);
  await writeFile(data, JSON.stringify(notification(pages)));
  const { code, stdout, stderr } = await run(program, [
    ...['template', 'render', '--template.glob', join(folder, '*.tmpl')],
    ...['--template.text', template, '--template.type', type, '--template.data', data],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** As Alertmanager hands it to a template. */
function notification(pages: readonly Page[]): unknown {
  const [{ alertname = '', service } = {}] = pages.map(({ labels }) => labels);
  return {
    receiver: 'everybody-critical',
    status: pages.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts: pages.map(({ status, labels, annotations, startsAt, endsAt }) => ({
      ...{ status, labels, annotations },
      startsAt: new Date(startsAt).toISOString(),
      endsAt: endsAt === undefined ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
    })),
    groupLabels: { alertname, ...(service ? { service } : {}) },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: externalUrl,
  };
}
