import { expect, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

test('an owner makes a key, which is shown once, and shuts it out again', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/api-keys`);
  await page.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  await expect(dialog.getByText('This is needed')).toBeVisible();
  await dialog.getByLabel('What it is for').fill('Warehouse');
  await page.keyboard.press('Enter');
  const key = await dialog.locator('code').first().innerText();
  await accessible(page);
  const status = async () =>
    (await fetch(`${house.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await status()).toBe(200);
  await dialog.getByRole('button', { name: 'I have it' }).click();

  const row = page.getByRole('row', { name: /Warehouse/ });
  await expect(row).toContainText(key.slice(-4));
  expect(await page.content()).not.toContain(key);
  await accessible(page);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  // Under a dialog no row is to be found.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(row).toHaveCount(0);
  expect(await status()).toBe(401);
});

test('an owner adds somebody, makes them read only while they look on, and removes them', async ({ page, browser }) => {
  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  const conversation = await house.conversationOf('Ida Vogt');
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/members`);
  await page.getByRole('button', { name: 'Add a member' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Ben Reader');
  await dialog.getByLabel('Email').fill('ben@example.com');
  await dialog.getByLabel('First password').fill('a long enough password');
  await expect(dialog.getByLabel('Role').getByRole('option')).toHaveCount(5);
  await accessible(page);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const row = page.getByRole('row', { name: /Ben Reader/ });
  await expect(row).toContainText('Agent');
  await accessible(page);

  const context = await browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(house.url);
  await theirs.fill('input[type=email]', 'ben@example.com');
  await theirs.fill('input[type=password]', 'a long enough password');
  await theirs.keyboard.press('Enter');
  await live(theirs);
  await theirs.goto(`${house.url}/inbox/${conversation}?view=all`);
  await expect(theirs.getByRole('textbox', { name: /^Reply/ })).toBeVisible();

  await row.getByRole('button', { name: 'More about Ben Reader' }).click();
  await page.getByRole('menuitem', { name: 'Change' }).click();
  await dialog.getByLabel('Role').selectOption('analyst');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('Analyst');

  await expect(theirs.getByText('You can read here, not answer.')).toBeVisible();
  await expect(theirs.getByRole('button', { name: 'Resolve' })).toHaveCount(0);
  await live(theirs);
  await accessible(theirs);
  // They are in nobody's way: to them nothing can be given.
  await page.goto(`${house.url}/inbox/${conversation}?view=all`);
  await expect(page.getByLabel('Assignee').getByRole('option', { name: 'Ben Reader' })).toHaveCount(0);

  await page.goto(`${house.url}/settings/members`);
  await row.getByRole('button', { name: 'More about Ben Reader' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(row).toHaveCount(0);
  await expect(theirs).toHaveURL(/signin/);
  await context.close();
});
