import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { which } from '../shell.ts';
import { authorization } from './grafana.ts';

/** A wall, and a phone. */
export const widths = [1440, 390] as const;

export const noBrowser = (await which('chromium')) ? undefined : 'no program "chromium" is on PATH';

export async function startBrowser(): Promise<Browser> {
  const executablePath = await which('chromium');
  if (!executablePath) throw new Error(noBrowser);
  return await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What a person sees of a dashboard. */
export interface Looked {
  /** How many panels are drawn, rows among them. */
  readonly panels: number;
  /** What no panel may say: that it has no data, or that something failed. */
  readonly complaints: readonly string[];
}

/** A screen of a width in CSS pixels, on which Grafana's own code is loaded once for all dashboards. Closed with its browser. */
export async function screen(browser: Browser, width: number): Promise<BrowserContext> {
  return await browser.newContext({
    viewport: { width, height: 900 },
    deviceScaleFactor: width < 600 ? 2 : 1,
    extraHTTPHeaders: { authorization },
    colorScheme: 'dark',
  });
}

/**
 * Opens a dashboard and waits until nothing of it loads any more, as tall as it is: Grafana asks only for what is in sight.
 * @param picture where its picture goes
 * @throws with what the page says instead, where no panel is drawn
 */
export async function look(context: BrowserContext, url: string, picture: string): Promise<Looked> {
  const page = await context.newPage();
  try {
    await page.goto(url, { timeout: loadLimitMs });
    const grid = page.locator('.react-grid-layout').first();
    try {
      await grid.waitFor({ timeout: loadLimitMs });
    } catch (cause) {
      await page.screenshot({ path: picture });
      throw new Error(`no panel is drawn; the page says: ${(await page.locator('body').allInnerTexts()).join()}`, {
        cause,
      });
    }
    const { y = 0, height = 0 } = (await grid.boundingBox()) ?? {};
    const { width = 0 } = page.viewportSize() ?? {};
    await page.setViewportSize({ width, height: Math.ceil(y + height) + 40 });
    await settled(page);
    await page.screenshot({ path: picture });
    const panels = page.locator('.react-grid-item');
    const texts = await panels.allInnerTexts();
    const failing = await panels.filter({ has: page.locator(errorMarks) }).allInnerTexts();
    return {
      panels: texts.length,
      complaints: [
        ...texts
          .filter((text) => /^(?:No data|Data is missing .*)$/m.test(text))
          .map((text) => `no data: ${firstLine(text)}`),
        ...failing.map((text) => `an error: ${firstLine(text)}`),
      ],
    };
  } finally {
    await page.close();
  }
}

/** Grafana's code is tens of megabytes, read from a cold disk by a machine that does other things as well. */
const loadLimitMs = 180_000;

const errorMarks = '.panel-info-corner--error, [data-testid*="Panel status error"], [aria-label="Panel status"]';
const loadingMarks = '.panel-loading, [aria-label="Panel loading bar"]';

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** No panel is loading, and a second later none is either. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: 20_000 }).catch(() => {
    // A dashboard that asks again and again is never idle; its panels say when they are.
  });
  for (let quiet = 0; quiet < 5; ) {
    quiet = (await page.locator(loadingMarks).count()) === 0 ? quiet + 1 : 0;
    await page.waitForTimeout(300);
  }
}
