import { expect, type Page, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, open, signIn } from './support/page';

let house: House;
let id = '';
test.beforeAll(async () => {
  house = await House.open();
  house.say('447700900331', 'Lucía Romero', 'Do you open on Sundays?', 1);
  house.say('447700900332', 'Jonas Weber', 'My invoice is missing');
  id = await house.conversationOf('Lucía Romero');
  await house.conversationOf('Jonas Weber');
});
test.afterAll(async () => { await house.close(); });

const row = (page: Page, name: string) => page.locator(`[data-key="${name}"]`);

/** Runs what the command menu has under these words. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+K');
  await page.getByPlaceholder('Type a command').fill(words);
  await page.getByRole('option', { name: new RegExp(`^${words}`) }).first().click();
}

test('every key does what the sheet says', async ({ page }) => {
  await signIn(page, house.url);
  await open(page, id);
  await page.locator('.messages').focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toBeVisible();
  await expect(sheet.locator('dl > div')).toHaveCount(32);
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+/');
  await expect(sheet).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('/');
  await expect(page.getByRole('dialog', { name: 'Search' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+B');
  await expect(page.getByRole('dialog', { name: 'Notifications' })).toBeVisible();
  await page.keyboard.press('Alt+B');
  await expect(page.getByRole('dialog', { name: 'Notifications' })).toHaveCount(0);
  await page.keyboard.press('Alt+P');
  await expect(page.locator('textarea[aria-label="Note"]')).toBeFocused();
  await page.keyboard.press('Alt+L');
  await expect(page.locator('textarea[aria-label="Reply"]')).toBeFocused();
  const choosing = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+Alt+A');
  await choosing;
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  await page.keyboard.press('Alt+O');
  await expect(page.getByRole('complementary', { name: 'Details' })).toHaveCount(0);
  await page.keyboard.press('Alt+O');
  await page.keyboard.press('Alt+M');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  // Who waits longest stands above.
  await page.keyboard.press('Alt+J');
  await expect(page.locator('main.thread')).not.toHaveAttribute('data-open-conversation', id);
  await page.keyboard.press('Alt+K');
  await expect(page.locator('main.thread')).toHaveAttribute('data-open-conversation', id);
  await page.keyboard.press('Alt+N');
  await expect(page.locator('[role="tab"][aria-selected="true"]').first()).toHaveAttribute('id', 'tab-mine');
  await page.locator('#tab-all').click();
  await page.keyboard.press('Alt+R');
  await expect(page).toHaveURL(/\/reports\/live/);
  await page.keyboard.press('Alt+S');
  await expect(page).toHaveURL(/\/settings/);
  await page.keyboard.press('Alt+C');
  await expect(page).toHaveURL(/\/inbox/);
  await page.keyboard.press('F6');
  const first = await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('aria-label') ?? '');
  await page.keyboard.press('F6');
  expect(await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('aria-label') ?? '')).not.toBe(first);
  await page.keyboard.press('Shift+F6');
  expect(await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('aria-label') ?? '')).toBe(first);
});

test('a key is changed, refused where another has it, and switched off; the sheet, the menu and the page follow', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/appearance`);
  const change = row(page, 'resolve').getByRole('button', { name: /^Change the key/ });
  await change.click();
  await expect(change).toHaveText('Press the keys, or Esc');
  await page.keyboard.press('Alt+J');
  await expect(row(page, 'resolve').getByRole('alert')).toHaveText('That key is for “Next conversation”.');
  await page.keyboard.press('Control+W');
  await expect(row(page, 'resolve').getByRole('alert')).toHaveText('The browser or the fields need that key.');
  await accessible(page);
  await page.keyboard.press('Alt+D');
  await expect(change).toHaveText('AltD');
  await row(page, 'previous').getByRole('button', { name: /^Switch off/ }).click();
  await expect(row(page, 'previous').getByRole('button', { name: /^Change the key/ })).toHaveText('None');
  await page.getByRole('radio', { name: 'Off' }).last().check();
  await accessible(page);

  await page.goto(`${house.url}/inbox`);
  await live(page);
  await open(page, id);
  await page.locator('.messages').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toHaveCount(0);
  await page.keyboard.press('Alt+K');
  await page.keyboard.press('Alt+E');
  await expect(page.locator('main.thread')).toHaveAttribute('data-open-conversation', id);
  await page.keyboard.press('Control+K');
  await expect(page.getByRole('option', { name: 'Resolve', exact: false }).first()).toContainText('AltD');
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+D');
  await expect(page.locator('.toast')).toContainText('Resolved Lucía Romero');
  // Z is a single key, and off.
  await page.locator('.messages').focus();
  await page.keyboard.press('z');
  await expect(page.locator('.toast')).toContainText('Resolved Lucía Romero');
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Resolve', exact: true })).toBeVisible();
});

test('the command menu does what buttons do', async ({ page }) => {
  await signIn(page, house.url);
  await open(page, id);
  await command(page, 'Write a note');
  await expect(page.locator('textarea[aria-label="Note"]')).toBeFocused();
  await command(page, 'Saved replies');
  await expect(page.locator('textarea[aria-label="Reply"]')).toHaveValue('/');
  await page.locator('textarea[aria-label="Reply"]').fill('Until tomorrow');
  await command(page, 'Send at a time');
  await expect(page.getByRole('dialog', { name: 'Send at a time' })).toBeVisible();
  await page.keyboard.press('Escape');
  const choosing = page.waitForEvent('filechooser');
  await command(page, 'Attach files');
  await choosing;
  await command(page, 'Details');
  await expect(page.getByRole('complementary', { name: 'Details' })).toHaveCount(0);
  await command(page, 'Density: Compact');
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
  await command(page, 'Order: Waiting longest');
  await expect(page).toHaveURL(/sort=waiting/);
  await command(page, 'Inbox: Unassigned');
  await expect(page.locator('#tab-unassigned')).toHaveAttribute('aria-selected', 'true');
  await command(page, 'Settings: Teams');
  await expect(page).toHaveURL(/\/settings\/teams/);
});
