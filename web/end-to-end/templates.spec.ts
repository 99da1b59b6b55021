import { expect, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, signIn } from './support/page';

let house: House;
/** Where pictures of each state go, when somebody wants to look at them. */
const shots = process.env['SHOTS'];

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

test('an owner finds a template, makes one with a live preview, and deletes it', async ({ page }) => {
  const shot = async (name: string) => { if (shots) await page.screenshot({ path: `${shots}/${name}.png` }); };
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/templates`);
  const first = page.getByRole('button', { name: /Bike ready/ }).first();
  await expect(first).toContainText('Approved');
  await accessible(page);
  await shot('list');
  await page.getByRole('searchbox').fill('flash');
  await expect(page.getByRole('button', { name: /Flash sale/ })).toContainText('Paused');
  await expect(first).toHaveCount(0);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: /Order shipped/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('group', { name: 'Preview' })).toContainText('Track');
  await expect(dialog).toContainText('Charged as Utility');
  await dialog.getByLabel('Text first_name').selectOption('First name');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  await accessible(page);
  await shot('detail');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'New template' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('Order late');
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('order_late');
  await dialog.getByLabel('Text', { exact: true }).fill('{{1}} is *late*, sorry');
  await dialog.getByLabel('Example for {{1}}').fill('Order 42');
  await dialog.getByRole('button', { name: 'Send for review' }).click();
  await expect(dialog.getByText('neither begins nor ends')).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('Text', { exact: true }).fill('Your order {{1}} is *late*, and we are sorry.');
  await expect(dialog.getByRole('group', { name: 'Preview' })).toContainText('Your order Order 42 is late');
  await dialog.getByRole('button', { name: 'Add a button' }).click();
  await dialog.getByLabel('Words on it').fill('Thanks');
  await shot('editor');
  await dialog.getByRole('button', { name: 'Send for review' }).click();
  const made = page.getByRole('button', { name: /Order late/ });
  await expect(made).toContainText('In review');
  await made.click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(made).toHaveCount(0);

  if (!shots) return;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(`list-phone-${scheme}`);
    await page.getByRole('button', { name: /Spring service/ }).click();
    await shot(`detail-phone-${scheme}`);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
    await shot(`list-${scheme}`);
  }
});
