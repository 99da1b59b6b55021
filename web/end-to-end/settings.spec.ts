import { expect, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, signIn } from './support/page';

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
  await expect(row).toHaveCount(0);
  expect(await status()).toBe(401);
});
