import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import { account } from './house';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Signs in and waits for the live stream. */
export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.fill('input[type=email]', account.email);
  await page.fill('input[type=password]', account.password);
  await page.keyboard.press('Enter');
  await live(page);
}

/** The page says that it is live. */
export async function live(page: Page): Promise<void> {
  await expect(page.locator('[data-connection="live"]').first()).toBeAttached({ timeout: 60_000 });
}

/** Opens a conversation from the list of all. */
export async function open(page: Page, id: string): Promise<void> {
  await page.locator('#tab-all').click();
  await page.locator(`[data-conversation-id="${id}"]`).click();
  await expect(page.locator('article[data-message-id]').first()).toBeVisible();
}

/** What the page shows of the open conversation. */
export async function shown(page: Page): Promise<{ id: string; seq: number; state: string }[]> {
  return page.$$eval('[data-message-id][data-seq]', (all) =>
    all.map((one) => ({
      id: one.getAttribute('data-message-id') ?? '',
      seq: Number(one.getAttribute('data-seq')),
      state: one.getAttribute('data-state') ?? '',
    })),
  );
}

/** No violation of WCAG on what is on the screen now. */
export async function accessible(page: Page): Promise<void> {
  await page.addScriptTag({ path: axe }).catch(async () => {
    // The server's policy allows no foreign script: the browser's own channel does.
    const { readFileSync } = await import('node:fs');
    await page.evaluate(readFileSync(axe, 'utf8'));
  });
  const found = await page.evaluate(async () => {
    type Axe = { run(options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    const result = await (window as unknown as { axe: Axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160) ?? ''}`);
  });
  expect(found).toEqual([]);
}
