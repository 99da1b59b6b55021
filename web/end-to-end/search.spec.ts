import { expect, test, type Page } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, open, signIn } from './support/page';

/** Messages of the long thread: many pages of 50. */
const LONG = 620;

let house: House;
let long: string;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  house = await House.open();
  house.say('447700900301', 'Elif Kaya', 'The <b>sprocket</b> on my Vela 7 is crooked');
  long = await house.conversationOf('Elif Kaya');
  for (let n = 2; n <= LONG; n += 1) house.say('447700900301', 'Elif Kaya', `Filler number ${String(n)}`);
  house.say('447700900302', 'Élodie Müller', 'Where is my refünd?');
  await house.conversationOf('Elif Kaya', LONG);
  const refund = await house.conversationOf('Élodie Müller');
  await house.call('POST', `/api/v1/conversations/${refund}/notes`, { body: 'Her refund was paid on Monday' });
  await until('everything to be searched', async () => {
    const answer = await house.call('GET', '/api/v1/search?q=refund');
    const { hits } = answer['messages'] as { hits: unknown[] };
    return answer['partial'] === false && hits.length === 2;
  }, 60_000);
});

test.afterAll(async () => {
  await house.close();
});

const field = (page: Page) => page.getByRole('combobox', { name: 'Search messages, people and numbers' });
const results = (page: Page) => page.getByRole('dialog', { name: 'Search' }).getByRole('option');

/** Wholly on the screen. */
async function inSight(page: Page, seq: number): Promise<void> {
  const row = page.locator(`.row[data-target]:has([data-seq="${String(seq)}"])`);
  await expect(row).toBeVisible();
  await expect.poll(async () => {
    const [inner, outer] = await Promise.all([row.boundingBox(), page.locator('.messages').boundingBox()]);
    return inner !== null && outer !== null && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
  }).toBe(true);
}

test('a message of long ago is found by a slip of the keys, and its conversation opens at it', async ({ page }) => {
  await signIn(page, house.url);
  await page.keyboard.press('/');
  await expect(field(page)).toBeFocused();
  await accessible(page);
  await field(page).fill('sprokcet');
  const result = results(page).filter({ hasText: 'The <b>sprocket</b> on my Vela 7' });
  await expect(result).toBeVisible();
  await expect(result.locator('mark')).toHaveText('sprocket');
  await accessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/inbox/${long}\\?.*message=1\\b`));
  await inSight(page, 1);
  await expect(page.locator('.messages')).toBeFocused();
  await accessible(page);
  // What is far from it is not here, and comes as one reads on.
  await expect(page.locator(`[data-seq="${String(LONG)}"]`)).toHaveCount(0);
  await page.locator('.messages').evaluate((element) => { element.scrollTop = element.scrollHeight; });
  await expect(page.locator('[data-seq="60"]')).toHaveCount(1);
  await page.getByRole('button', { name: 'Jump to the newest message' }).click();
  await expect(page.locator(`[data-seq="${String(LONG)}"]`)).toBeVisible();
  await expect(page).not.toHaveURL(/message=/);
  await expect(page.getByRole('button', { name: 'Jump to the newest message' })).toHaveCount(0);
});

test('an address with a message opens there, also after it was loaded anew, and new ones do not move it', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/inbox/${long}?message=300`);
  await inSight(page, 300);
  await page.reload();
  await inSight(page, 300);
  const before = await page.locator('[data-seq="300"]').boundingBox();
  house.say('447700900301', 'Elif Kaya', 'One more, just now');
  await house.conversationOf('Elif Kaya', LONG + 1);
  await page.waitForTimeout(300);
  expect((await page.locator('[data-seq="300"]').boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
  await page.getByRole('button', { name: 'Jump to the newest message' }).click();
  await expect(page.locator('article', { hasText: 'One more, just now' })).toBeVisible();
});

test('filters narrow what is found, keys walk it, and what was searched is remembered', async ({ page }) => {
  await signIn(page, house.url);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await field(page).fill('refund');
  await expect(results(page).filter({ hasText: 'refünd' })).toBeVisible();
  await expect(results(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Written by: Anybody' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Customers' }).click();
  await expect(results(page)).toHaveCount(1);
  await expect(results(page)).toContainText('Where is my refünd?');
  await accessible(page);
  await page.getByRole('button', { name: 'Remove Written by: Customers' }).click();
  await expect(results(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'With a file' }).click();
  await expect(page.getByText('Nothing fits “refund”.')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(results(page)).toHaveCount(2);

  await field(page).focus();
  await expect(results(page).nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(results(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  const words = await results(page).nth(1).locator('.search-words').innerText();
  await page.keyboard.press('Enter');
  await expect(page.locator('.row[data-target]')).toContainText(words.replace(/^.*: /, ''));

  // The question is still there, and one begins anew with a click.
  await page.keyboard.press('/');
  await expect(field(page)).toHaveValue('refund');
  await field(page).fill('');
  await expect(page.getByRole('group', { name: 'Recent searches' }).getByRole('option', { name: 'refund' })).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Enter');
  await expect(results(page)).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveCount(0);
});

test('people are found by a part of their number, and from the command menu', async ({ page }) => {
  await signIn(page, house.url);
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox').fill('0900 302');
  await page.getByRole('option', { name: 'Search for “0900 302”' }).click();
  await expect(field(page)).toHaveValue('0900 302');
  await results(page).filter({ hasText: 'Élodie Müller' }).first().click();
  await expect(page.locator('.thread .head')).toContainText('Élodie Müller');
});

test('a search that is not whole, or does not come, says so and can be repeated', async ({ page }) => {
  await signIn(page, house.url);
  await page.keyboard.press('/');
  await page.route('**/api/v1/search?**', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as Record<string, unknown>;
    await route.fulfill({ response, json: { ...body, partial: true, cut: false, lag: { events: 7, rebuilding: true } } });
  });
  await field(page).fill('refund');
  await expect(page.getByText('Search is being prepared. Some messages are not found yet.')).toBeVisible();
  await accessible(page);
  await page.unroute('**/api/v1/search?**');
  await page.route('**/api/v1/search?**', (route) => route.abort());
  await field(page).fill('sprocket');
  await expect(page.getByRole('alert').filter({ hasText: 'We couldn’t search. The server does not answer.' })).toBeVisible({ timeout: 30_000 });
  await accessible(page);
  await page.unroute('**/api/v1/search?**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(results(page).first()).toContainText('sprocket');
});

test('on a phone search is a page of its own, and leads back', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, house.url);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await field(page).fill('filler 60');
  await expect(results(page).filter({ hasText: 'Filler number 60' }).first()).toBeVisible();
  await accessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await results(page).filter({ hasText: /number 60$/ }).first().click();
  await inSight(page, 60);
  await accessible(page);
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await open(page, long);
});
