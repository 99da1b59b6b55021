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

test('a rule is made in the settings, acts by itself, and its runs are listed', async ({ page }) => {
  await house.call('POST', '/api/v1/labels', { name: 'Refund', color: 'red' });
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/rules`);
  await expect(page.getByText('There is no rule yet')).toBeVisible();
  await expect(page.getByText('Nothing yet')).toBeVisible();
  await accessible(page);

  await page.getByRole('button', { name: 'New rule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('A name is needed.')).toBeVisible();
  await expect(dialog.getByText('It needs at least one action')).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('Name').fill('Refunds');
  await dialog.getByLabel('Only if the message says any of these').fill('refund, money back');
  await dialog.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Status' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Open' }).click();
  await expect(page.getByRole('menuitemcheckbox', { name: 'Open' })).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(dialog.getByText(/conversations? (is|are) as this asks/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await dialog.getByLabel('Action 1', { exact: true }).selectOption('Put on labels');
  await dialog.getByRole('button', { name: /What action 1 takes/ }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Refund' }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await dialog.getByLabel('Action 2', { exact: true }).selectOption('Write to the customer');
  await dialog.getByLabel('What action 2 takes').fill('Hello {{contact.first_name|there}}, we look into it.');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('switch', { name: 'Refunds acts' })).toBeChecked();
  await accessible(page);

  house.say('491701112244', 'Mia Roth', 'I want my MONEY BACK');
  const id = await house.conversationOf('Mia Roth');
  await page.goto(`${house.url}/inbox/${id}?view=all`);
  await live(page);
  const answer = page.locator('article.message', { hasText: 'we look into it' });
  await expect(answer).toBeVisible();
  await expect(page.locator('.byline', { hasText: 'Refunds' })).toContainText('rule');
  await expect(page.getByText(/Refunds labelled this/)).toBeVisible();
  await accessible(page);

  await page.goto(`${house.url}/settings/rules`);
  const run = page.getByRole('listitem').filter({ hasText: 'Mia Roth' });
  await expect(run).toContainText('A customer writes');
  await expect(run).toContainText('Done');
  await accessible(page);
  await page.getByRole('switch', { name: 'Refunds acts' }).click();
  await expect(page.getByRole('switch', { name: 'Refunds acts' })).not.toBeChecked();
  await page.getByRole('button', { name: 'More for Refunds' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('There is no rule yet')).toBeVisible();
  await expect(run, 'what it did stays listed').toBeVisible();
});

test('a macro is made, run from the details and from the command menu, and says what was refused', async ({ page }) => {
  house.say('491701112255', 'Tom Beck', 'Hello');
  const id = await house.conversationOf('Tom Beck');
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/macros`);
  await expect(page.getByText('There is no macro yet')).toBeVisible();
  await page.getByRole('button', { name: 'New macro' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Mine and done');
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await dialog.getByLabel('Action 1', { exact: true }).selectOption('Give it to whoever runs it');
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await dialog.getByLabel('Action 2', { exact: true }).selectOption('Set the status to');
  await dialog.getByLabel('What action 2 takes').selectOption('Resolved');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Give it to whoever runs it · Set the status to: Resolved')).toBeVisible();
  await accessible(page);

  await page.goto(`${house.url}/inbox/${id}?view=all&status=any`);
  await live(page);
  await page.getByRole('button', { name: 'Run: Mine and done' }).click();
  await expect(page.getByText('Ran Mine and done', { exact: true })).toBeVisible();
  await expect(page.getByLabel('Status', { exact: true })).toHaveValue('resolved');
  await accessible(page);

  await page.getByLabel('Status', { exact: true }).selectOption('open');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a command').fill('Mine and done');
  await page.getByRole('option', { name: 'Run the macro Mine and done' }).click();
  await expect(page.getByLabel('Status', { exact: true })).toHaveValue('resolved');
  await page.goto(`${house.url}/settings/macros`);
  await expect(page.getByRole('listitem').filter({ hasText: 'Tom Beck' })).toHaveCount(2);
});
