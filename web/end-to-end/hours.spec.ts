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

test('business hours and targets are set in the settings, and cards and the thread show what is due', async ({ page }) => {
  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  const id = await house.conversationOf('Ida Vogt');
  await house.call('POST', '/api/v1/teams', { name: 'Workshop' });
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/hours`);
  await expect(page.getByText('At any time')).toBeVisible();
  await expect(page.getByText('There are no targets yet.')).toBeVisible();
  await expect(page.getByText('As the workspace')).toBeVisible();
  await accessible(page);

  await page.getByRole('button', { name: 'Change: Workspace' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'At these hours' }).check();
  await dialog.getByLabel('Time zone').selectOption('Europe/Amsterdam');
  await dialog.getByLabel('Monday to').fill('08:00');
  await dialog.getByRole('button', { name: 'Add a holiday' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Each goes from a time to a later one')).toBeVisible();
  await expect(dialog.getByText('A holiday needs its date.')).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('Monday to').fill('17:30');
  await dialog.getByLabel('Date of holiday 1').fill('2026-12-25');
  await dialog.getByLabel('Name of holiday 1').fill('Christmas');
  await dialog.getByRole('button', { name: 'Add hours on Saturday' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Mon 09:00–17:30; Tue–Sat 09:00–17:00 · Europe/Amsterdam · 1 holiday')).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Change: Workspace' }).click();
  await expect(dialog.getByLabel('Name of holiday 1')).toHaveValue('Christmas');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Add targets' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('This is needed')).toBeVisible();
  await dialog.getByLabel('Name').fill('Usual');
  await dialog.getByLabel('First answer within', { exact: true }).fill('0');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('A whole number, up to 60 days, or nothing.')).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('First answer within', { exact: true }).fill('2');
  await dialog.getByLabel('Unit: First answer within').selectOption('hours');
  await dialog.getByLabel('Only business hours count').uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('First answer in 2 hours')).toBeVisible();
  await accessible(page);

  await page.goto(`${house.url}/inbox/${id}?view=all`);
  await live(page);
  await expect(page.locator('.head').getByText(/^First answer due (.+ )?\d\d:\d\d$/)).toBeVisible();
  await expect(page.locator(`[data-conversation-id="${id}"]`)).toContainText(/in (2h|1h)/);
  await accessible(page);
  await page.getByRole('textbox', { name: 'Reply' }).fill('Yes, it is.');
  await page.getByRole('textbox', { name: 'Reply' }).press('Enter');
  await expect(page.locator('.head').getByText(/First answer/)).toHaveCount(0);

  // The last targets go, and come back by Undo.
  await page.goto(`${house.url}/settings/hours`);
  await page.getByRole('button', { name: 'More for Usual' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByText('There are no targets yet.')).toBeVisible();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByText('First answer in 2 hours')).toBeVisible();
});
