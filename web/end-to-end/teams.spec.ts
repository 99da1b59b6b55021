import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, signIn } from './support/page';

let house: House;

// Who was there in one test is not in the next: each has a house of its own.
test.beforeEach(async () => {
  house = await House.open();
});

const contexts: BrowserContext[] = [];

test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  await house.close();
});

/** A colleague, signed in in a browser of their own. */
async function colleague(browser: Browser, name: string, role = 'agent'): Promise<{ page: Page; id: string }> {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? ''}@example.com`;
  const password = 'a long enough password';
  const { id } = await house.call('POST', '/api/v1/users', { name, email, password, role });
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
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

test('two agents see of each other who is there, and what comes in goes to who is online, by the rule that was set', async ({ page, browser }) => {
  const { page: anns, id: ann } = await colleague(browser, 'Ann Turner');
  await signIn(page, house.url);

  // The rule, with how many each may have.
  await page.goto(`${house.url}/settings/teams`);
  await page.getByRole('button', { name: 'Change: Conversations with no team' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /^By load/ }).check();
  await dialog.getByLabel(/^Open conversations each/).fill('0');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('A number from 1 to 1,000, or nothing.')).toBeVisible();
  await dialog.getByLabel(/^Open conversations each/).fill('1');
  await accessible(page);
  // The owner is busy, by keyboard, and is seen to be.
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: /^Your account.*online$/ }).focus();
  await page.keyboard.press('Enter');
  const busy = page.getByRole('menuitemcheckbox', { name: 'Busy' });
  await expect(busy).toBeVisible();
  await busy.press('Enter');
  await expect(page.getByRole('button', { name: /^Your account.*busy$/ })).toBeVisible();
  await anns.goto(`${house.url}/settings/members`);
  await expect(anns.getByRole('row', { name: /ana@example.com/ })).toContainText('busy');
  await expect(anns.getByRole('row', { name: /Ann Turner/ })).toContainText('online');
  await accessible(anns);

  await page.getByRole('button', { name: 'Change: Conversations with no team' }).click();
  await dialog.getByRole('radio', { name: /^By load/ }).check();
  await dialog.getByLabel(/^Open conversations each/).fill('1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('By load, up to 1 each')).toBeVisible();

  house.say('491701112299', 'Olga Prentice', 'My chain came off.');
  const conversation = await house.conversationOf('Olga Prentice');
  await page.goto(`${house.url}/inbox/${conversation}?view=all`);
  await expect(page.getByRole('button', { name: 'Assignee, now Ann Turner, online' })).toBeVisible();
  await expect(page.getByText('Assigned to Ann Turner by load')).toBeVisible();
  await page.getByRole('button', { name: /^Assignee/ }).click();
  await expect(page.getByRole('menuitemcheckbox', { name: /Ann Turner/ })).toContainText('online');
  await page.keyboard.press('Escape');
  await accessible(page);

  // She has as many as she may: the next waits, and comes when she is done with the first.
  house.say('491701112298', 'Pia Quist', 'And my bell.');
  const next = await house.conversationOf('Pia Quist');
  await page.goto(`${house.url}/inbox/${next}?view=all`);
  await expect(page.getByRole('button', { name: /^Assignee, now Nobody/ })).toBeVisible();
  await anns.goto(`${house.url}/inbox/${conversation}?view=mine`);
  await anns.getByRole('button', { name: 'Resolve' }).first().click();
  await expect(page.getByRole('button', { name: 'Assignee, now Ann Turner, online' })).toBeVisible();
  await expect(anns.locator(`[data-conversation-id="${next}"]`)).toBeVisible();

  // What she says of herself is a page of its own, too; without a page she is not there.
  await anns.goto(`${house.url}/settings/availability`);
  await anns.getByRole('radio', { name: /^Away/ }).check();
  await anns.getByLabel('Count me as away after').selectOption('30');
  await accessible(anns);
  await expect(page.getByRole('button', { name: 'Assignee, now Ann Turner, away' })).toBeVisible();
  await anns.reload();
  await expect(anns.getByRole('radio', { name: /^Away/ })).toBeChecked();
  await expect(anns.getByLabel('Count me as away after')).toHaveValue('30');
  await anns.context().close();
  await expect(page.getByRole('button', { name: 'Assignee, now Ann Turner, offline' })).toBeVisible({ timeout: 30_000 });
  expect((await house.call('GET', `/api/v1/conversations/${next}`))['assignee_id']).toBe(ann);
});
