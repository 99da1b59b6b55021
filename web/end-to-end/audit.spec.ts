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

test('an owner reads who did what, by whom and about what, and an agent is not sent there', async ({ page, browser }) => {
  const password = 'a long enough password';
  const sue = await house.call('POST', '/api/v1/users', { name: 'Sue Visor', email: 'sue@example.com', password, role: 'agent' });
  await house.call('PATCH', `/api/v1/users/${String(sue.id)}`, { role: 'supervisor' });
  await house.call('PATCH', `/api/v1/users/${String(sue.id)}`, { role: 'agent' });
  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  const conversation = await house.conversationOf('Ida Vogt');
  await house.call('POST', `/api/v1/conversations/${conversation}/assign`, { assignee_id: sue.id });
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/audit`);
  const today = page.getByRole('region', { name: 'Today' });
  await expect(today.getByText('gave Ida Vogt to somebody')).toBeVisible();
  await expect(today.getByText('added Sue Visor')).toBeVisible();
  await expect(today.getByText('signed in')).toBeVisible();
  const change = today.getByRole('listitem').filter({ hasText: 'changed Sue Visor' }).last();
  await expect(change.getByRole('definition').first()).toHaveText('Agent → Supervisor');
  await change.getByText('Details').click();
  await expect(change.getByText('127.0.0.1')).toBeVisible();
  await accessible(page);

  await page.getByLabel('About what').selectOption('Conversations');
  await expect(today.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('By whom').selectOption('Sue Visor');
  await expect(page.getByText('Nobody did anything like this')).toBeVisible();
  await accessible(page);
  await page.getByLabel('By whom').selectOption('Everybody');
  await today.getByRole('link', { name: 'Ida Vogt' }).click();
  await live(page);
  await expect(page.getByRole('heading', { name: 'Ida Vogt' })).toBeVisible();

  const other = await browser.newContext();
  const hers = await other.newPage();
  await hers.goto(house.url);
  await hers.fill('input[type=email]', 'sue@example.com');
  await hers.fill('input[type=password]', password);
  await hers.keyboard.press('Enter');
  await live(hers);
  await hers.goto(`${house.url}/settings/members`);
  await expect(hers.getByRole('link', { name: 'Members' })).toBeVisible();
  await expect(hers.getByRole('link', { name: 'Audit trail' })).toHaveCount(0);
  await hers.goto(`${house.url}/settings/audit`);
  await expect(hers.getByText('Owners and admins of the workspace see who did what.')).toBeVisible();
  await other.close();
});
