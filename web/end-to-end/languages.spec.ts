import { expect, type Page, test } from '@playwright/test';
import { account, House } from './support/house';
import { accessible, live, open, signIn } from './support/page';

let house: House;
let id = '';
test.beforeAll(async () => {
  house = await House.open();
  house.say('447700900341', 'ليلى حداد', 'متى تفتحون غدًا؟ Order 4711 please');
  house.say('447700900342', 'Tom Ashby', 'Thank you!');
  id = await house.conversationOf('ليلى حداد');
  await house.conversationOf('Tom Ashby');
});
test.afterAll(async () => { await house.close(); });

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not on the screen`);
  return box;
};

/** Anything in English that should not be: keys that were not found, or words of the first screen. */
async function noEnglish(page: Page): Promise<void> {
  const text = await page.evaluate(() => document.body.innerText);
  expect(text).not.toMatch(/\b(Inbox|Settings|Resolve|Assigned|Details|Details|Send|Reply|Note|Today|Unassigned)\b/);
  expect(text).not.toMatch(/\b[a-z]+\.[a-z]+[A-Z_]\w*\b/);
}

test('in Arabic everything is read from the right: panes, keys and chevrons turn, numbers and ticks do not', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'ar-EG', viewport: { width: 1440, height: 900 }, timezoneId: 'Africa/Cairo' });
  const page = await context.newPage();
  await page.goto(house.url);
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar');
  await expect(page.getByRole('button', { name: 'تسجيل الدخول' })).toBeVisible();
  await accessible(page);
  await page.fill('input[type=email]', account.email);
  await page.fill('input[type=password]', account.password);
  await page.keyboard.press('Enter');
  await live(page);
  await open(page, id);
  await noEnglish(page);
  const [rail, list, thread, details] = [await boxOf(page, 'nav.rail'), await boxOf(page, '#conversations'), await boxOf(page, 'main.thread'), await boxOf(page, 'aside .details')];
  expect(rail.x).toBeGreaterThan(list.x);
  expect(list.x).toBeGreaterThan(thread.x);
  expect(thread.x).toBeGreaterThan(details.x);
  // Theirs stands at the start of the line, which is the right.
  await page.locator('#composer textarea').fill('نفتح في التاسعة');
  await page.keyboard.press('Enter');
  const out = page.locator('article[data-direction="out"] .bubble').first();
  await expect(page.locator('article[data-direction="out"]').first()).toHaveAttribute('data-state', /sent|delivered|read/);
  const [inBox, outBox] = [await boxOf(page, 'article[data-direction="in"] .bubble'), await out.boundingBox()];
  expect(inBox.x).toBeGreaterThan(outBox?.x ?? Infinity);
  // Digits as everywhere, and ticks as they are.
  expect(await page.locator('article time').first().innerText()).toMatch(/^\d\d:\d\d$/);
  expect(await page.locator('article[data-direction="out"] .meta svg').first().evaluate((tick) => getComputedStyle(tick).transform)).toBe('none');
  expect(await page.locator('svg.lucide-panel-right').first().evaluate((mark) => getComputedStyle(mark).transform)).toContain('matrix(-1');

  // The divider follows the pointer and the keys.
  const divider = page.locator('[data-edge="listWidth"]');
  await divider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(divider).toHaveAttribute('aria-valuenow', '360');
  const grip = await divider.boundingBox();
  await page.mouse.move((grip?.x ?? 0) + 0.5, 500);
  await page.mouse.down();
  await page.mouse.move((grip?.x ?? 0) - 40, 500);
  await page.mouse.up();
  expect(Number(await divider.getAttribute('aria-valuenow'))).toBeGreaterThan(390);
  await page.locator('#tab-mine').focus();
  await page.locator('#tab-mine').click();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('#tab-unassigned')).toHaveAttribute('aria-selected', 'true');
  await page.locator('#tab-all').click();
  await accessible(page);
  await page.screenshot({ path: 'test-results/arabic-1440.png' });

  await page.locator('nav.rail button').last().click();
  await expect(page.getByRole('menu')).toBeVisible();
  const menu = await boxOf(page, '[role="menu"]');
  expect(menu.x + menu.width).toBeLessThanOrEqual(1440);
  await accessible(page);
  await page.screenshot({ path: 'test-results/arabic-menu.png' });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+K');
  await expect(page.locator('[cmdk-input]')).toBeFocused();
  await accessible(page);
  await page.keyboard.press('Escape');

  await page.goto(`${house.url}/settings/appearance`);
  await expect(page.getByRole('radio', { name: 'Deutsch' })).toBeVisible();
  await noEnglish(page);
  await accessible(page);
  await page.screenshot({ path: 'test-results/arabic-settings.png' });

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${house.url}/inbox/${id}`);
  await expect(page.locator('main.thread')).toBeVisible();
  expect(await page.locator('svg.lucide-chevron-left').first().evaluate((mark) => getComputedStyle(mark).transform)).toContain('matrix(-1');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await accessible(page);
  await page.screenshot({ path: 'test-results/arabic-390.png' });
  await context.close();
});

test('a language and a time zone are chosen in the settings and hold for this person on this device', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/appearance`);
  await page.getByRole('radio', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { name: 'Aussehen und Tastatur' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await noEnglish(page);
  await accessible(page);
  await page.screenshot({ path: 'test-results/german-settings.png', fullPage: true });
  await page.goto(`${house.url}/inbox`);
  await live(page);
  await open(page, id);
  await noEnglish(page);
  await expect(page.locator('#composer textarea')).toHaveAttribute('placeholder', /^An .* schreiben$/);
  await accessible(page);
  await page.screenshot({ path: 'test-results/german-1440.png' });
  const before = await page.locator('article[data-direction="in"] time').first().innerText();

  await page.goto(`${house.url}/settings/appearance`);
  await page.getByLabel('Zeitzone').selectOption('Asia/Tokyo');
  await page.goto(`${house.url}/inbox/${id}`);
  await expect(page.locator('article[data-direction="in"] time').first()).toBeVisible();
  const after = await page.locator('article[data-direction="in"] time').first().innerText();
  // Amsterdam in winter is eight hours behind, in summer seven.
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const apart = (minutes(after) - minutes(before) + 1_440) % 1_440;
  expect([480, 420]).toContain(apart);

  await page.goto(`${house.url}/settings/appearance`);
  await page.getByRole('radio', { name: 'English', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Appearance and keyboard' })).toBeVisible();
});
