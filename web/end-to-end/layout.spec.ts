import { expect, type Page, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;
let id = '';
test.beforeAll(async () => {
  house = await House.open();
  house.say('447700900311', 'Marta Kowalczyk', 'Is the blue frame still there?');
  id = await house.conversationOf('Marta Kowalczyk');
});
test.afterAll(async () => { await house.close(); });

const edge = (page: Page, name: string) => page.getByRole('separator', { name });
const widthOf = async (page: Page, name: string) => Number(await edge(page, name).getAttribute('aria-valuenow'));
const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not on the screen`);
  return box;
};

/** Takes a divider by the pointer and moves it by so many pixels. */
async function drag(page: Page, name: string, by: number): Promise<void> {
  const box = await edge(page, name).boundingBox();
  if (!box) throw new Error(`${name} is not on the screen`);
  const [x, y] = [box.x + box.width / 2, box.y + 300];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by / 2, y);
  await page.mouse.move(x + by, y);
  await page.mouse.up();
}

test('panes are moved by pointer and by keys within their limits, reset, and kept for this person on this device', async ({ page }) => {
  await page.setViewportSize({ width: 1700, height: 900 });
  await signIn(page, house.url);
  await open(page, id);
  expect([await widthOf(page, 'Width of the views'), await widthOf(page, 'Width of the list'), await widthOf(page, 'Width of the details')]).toEqual([192, 344, 304]);

  await drag(page, 'Width of the list', 60);
  expect(await widthOf(page, 'Width of the list')).toBe(404);
  expect((await boxOf(page, 'section[aria-label="Conversations"]')).width).toBeCloseTo(404, -1);
  await drag(page, 'Width of the list', 400);
  expect(await widthOf(page, 'Width of the list')).toBe(460);
  await drag(page, 'Width of the details', -40);
  expect(await widthOf(page, 'Width of the details')).toBe(344);
  await drag(page, 'Width of the views', -200);
  expect(await widthOf(page, 'Width of the views')).toBe(160);

  await edge(page, 'Width of the list').dblclick({ position: { x: 0, y: 200 } });
  expect(await widthOf(page, 'Width of the list')).toBe(344);

  await edge(page, 'Width of the list').focus();
  await page.keyboard.press('ArrowRight');
  expect(await widthOf(page, 'Width of the list')).toBe(360);
  await page.keyboard.press('Shift+ArrowLeft');
  expect(await widthOf(page, 'Width of the list')).toBe(296);
  await page.keyboard.press('Home');
  expect(await widthOf(page, 'Width of the list')).toBe(280);
  await page.keyboard.press('End');
  expect(await widthOf(page, 'Width of the list')).toBe(460);
  await page.keyboard.press('Enter');
  expect(await widthOf(page, 'Width of the list')).toBe(344);
  await page.keyboard.press('ArrowRight');
  await accessible(page);

  await page.reload();
  await expect(edge(page, 'Width of the list')).toHaveAttribute('aria-valuenow', '360');
  await expect(edge(page, 'Width of the details')).toHaveAttribute('aria-valuenow', '344');

  // Somebody else who signs in here chooses for themselves.
  await page.evaluate(() => {
    const own = Object.keys(localStorage).filter((key) => key.startsWith('switchboard.preferences.'));
    for (const key of own) {
      localStorage.setItem('switchboard.preferences.usr_somebody', localStorage.getItem(key) ?? '');
      localStorage.removeItem(key);
    }
  });
  await page.reload();
  await expect(edge(page, 'Width of the list')).toHaveAttribute('aria-valuenow', '344');
});

test('a window that becomes smaller takes from the panes, never the thread’s room, and gives it back', async ({ page }) => {
  await page.setViewportSize({ width: 1900, height: 900 });
  await signIn(page, house.url);
  await open(page, id);
  for (const name of ['Width of the views', 'Width of the list', 'Width of the details']) {
    await edge(page, name).focus();
    await page.keyboard.press('End');
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(async () => (await boxOf(page, 'main.thread')).width).toBeGreaterThanOrEqual(478);
  expect([await widthOf(page, 'Width of the views'), await widthOf(page, 'Width of the list'), await widthOf(page, 'Width of the details')]).toEqual([260, 372, 260]);
  await page.setViewportSize({ width: 1900, height: 900 });
  await expect(edge(page, 'Width of the list')).toHaveAttribute('aria-valuenow', '460');
  await expect(edge(page, 'Width of the details')).toHaveAttribute('aria-valuenow', '420');
});

for (const scheme of ['light', 'dark'] as const)
  test(`every width has the panes of its row, and nothing is wider than the window (${scheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await signIn(page, house.url);
    await open(page, id);
    const rows = [
      { width: 1440, views: true, list: 344, thread: true, details: true, moved: true },
      { width: 1280, views: false, list: 344, thread: true, details: true, moved: true },
      { width: 1279, views: false, list: 320, thread: true, details: false, moved: false },
      { width: 1024, views: false, list: 320, thread: true, details: false, moved: false },
      { width: 1023, views: false, list: 300, thread: true, details: false, moved: false },
      { width: 768, views: false, list: 300, thread: true, details: false, moved: false },
      { width: 767, views: false, list: 0, thread: true, details: false, moved: false },
      { width: 390, views: false, list: 0, thread: true, details: false, moved: false },
      { width: 320, views: false, list: 0, thread: true, details: false, moved: false },
    ];
    for (const row of rows) {
      await page.setViewportSize({ width: row.width, height: 860 });
      const seen = `at ${String(row.width)}`;
      await expect(page.getByRole('complementary', { name: 'Views' }), seen).toHaveCount(row.views ? 1 : 0);
      await expect(page.getByRole('complementary', { name: 'Details' }), seen).toHaveCount(row.details ? 1 : 0);
      await expect(edge(page, 'Width of the list'), seen).toHaveCount(row.moved ? 1 : 0);
      await expect(page.locator('main.thread'), seen).toBeVisible();
      if (row.list === 0) await expect(page.getByRole('listbox'), seen).toHaveCount(0);
      else expect(Math.abs((await boxOf(page, 'section[aria-label="Conversations"]')).width - row.list), seen).toBeLessThanOrEqual(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), seen).toBeLessThanOrEqual(row.width);
      await accessible(page);
    }
    // Below 1280 the details are a sheet from the end, by button or key.
    await page.setViewportSize({ width: 1100, height: 860 });
    await page.keyboard.press('Alt+O');
    const sheet = page.getByRole('dialog', { name: 'Details' });
    await expect(sheet).toBeVisible();
    await accessible(page);
    await page.keyboard.press('Escape');
    await expect(sheet).toHaveCount(0);
    // A phone leads from the thread to the list and back.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await expect(page.getByRole('listbox')).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Areas' })).toBeVisible();
    await accessible(page);
    await page.goBack();
    await expect(page.locator('main.thread')).toBeVisible();
  });
