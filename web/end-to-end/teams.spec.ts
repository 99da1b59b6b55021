import { expect, test, type Browser, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

/** A colleague, signed in in a browser of their own. */
async function colleague(browser: Browser, name: string, role = 'agent'): Promise<{ page: Page; id: string }> {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? ''}@example.com`;
  const password = 'a long enough password';
  const { id } = await house.call('POST', '/api/v1/users', { name, email, password, role });
  const page = await (await browser.newContext()).newPage();
  await page.goto(house.url);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await live(page);
  return { page, id: String(id) };
}

test('a supervisor makes a team, two agents see its list change at once, and it goes without a trace', async ({ page, browser }) => {
  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  const conversation = await house.conversationOf('Ida Vogt');
  const { page: sups } = await colleague(browser, 'Sue Visor', 'supervisor');
  const { page: theirs } = await colleague(browser, 'Ben Agent');
  await signIn(page, house.url);

  await sups.goto(`${house.url}/settings/teams`);
  await expect(sups.getByText('There is no team yet')).toBeVisible();
  await accessible(sups);
  await sups.getByRole('button', { name: 'Make a team' }).click();
  const dialog = sups.getByRole('dialog');
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await dialog.getByRole('button', { name: 'Make a team' }).click();
  await expect(dialog.getByText('This is needed')).toBeVisible();
  await dialog.getByLabel('Name').fill('Workshop');
  await dialog.getByRole('checkbox', { name: /Ben Agent/ }).check();
  await accessible(sups);
  await dialog.getByRole('button', { name: 'Make a team' }).click();
  const row = sups.getByRole('row', { name: /Workshop/ });
  await expect(row.getByRole('img', { name: 'Ben Agent' })).toBeVisible();
  await accessible(sups);

  // An agent only looks.
  await theirs.goto(`${house.url}/settings/teams`);
  await expect(theirs.getByRole('row', { name: /Workshop/ })).toBeVisible();
  await expect(theirs.getByRole('button', { name: 'Make a team' })).toHaveCount(0);
  await theirs.getByRole('button', { name: 'More for Workshop' }).click();
  await expect(theirs.getByRole('menuitem')).toHaveCount(1);
  await theirs.getByRole('menuitem', { name: 'Show its conversations' }).click();
  await expect(theirs.getByRole('tab', { name: /^Workshop/ })).toHaveAttribute('aria-selected', 'true');
  await live(theirs);

  // Put with it from the header by keyboard: it is in the other's list at once, and counted.
  await page.goto(`${house.url}/inbox/${conversation}?view=all`);
  await live(page);
  await page.getByRole('button', { name: /^Assignee/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitemcheckbox', { name: 'Workshop' }).or(page.getByRole('menuitemradio', { name: 'Workshop' })).press('Enter');
  await expect(theirs.locator(`[data-conversation-id="${conversation}"]`)).toBeVisible();
  await expect(theirs.getByRole('tab', { name: /^Workshop/ })).toContainText('1');
  await expect(theirs.getByRole('complementary', { name: 'Views' }).getByRole('link', { name: /^Workshop/ })).toContainText('1');
  await expect(page.locator('.head')).toContainText('Workshop');
  await expect(page.getByText('put this with Workshop')).toBeVisible();
  await expect(page.getByLabel('Team')).toHaveValue(/^team_/);
  await accessible(page);
  await accessible(theirs);

  // Renamed by the one, named anew by the other.
  await row.getByRole('button', { name: 'More for Workshop' }).click();
  await sups.getByRole('menuitem', { name: 'Change' }).click();
  await dialog.getByLabel('Name').fill('Repairs');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(theirs.getByRole('tab', { name: /^Repairs/ })).toBeVisible();

  await sups.getByRole('button', { name: 'More for Repairs' }).click();
  await sups.getByRole('menuitem', { name: 'Delete' }).click();
  await sups.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(sups.getByText('There is no team yet')).toBeVisible();
  // The list that was looked at is gone: another stands there.
  await expect(theirs.getByRole('tab', { name: /^All/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText('took this from Repairs')).toBeVisible();
  await expect(page.locator('.head')).not.toContainText('Repairs');
});
