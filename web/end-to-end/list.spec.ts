import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, signIn } from './support/page';

let house: House;

// Labels, views and what is selected are of one house each.
test.beforeEach(async () => {
  house = await House.open();
});

const contexts: BrowserContext[] = [];

test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  await house.close();
});

/** A colleague, signed in in a browser of their own. */
async function colleague(browser: Browser, name: string, role = 'agent'): Promise<Page> {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? ''}@example.com`;
  const password = 'a long enough password';
  await house.call('POST', '/api/v1/users', { name, email, password, role });
  const context = await browser.newContext({ viewport: { width: 1500, height: 900 } });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(house.url);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await live(page);
  return page;
}

/** So many customers write, and are known by name. */
async function customers(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const name = `Customer ${String.fromCharCode(65 + nth)}`;
    house.say(`4917011122${String(nth).padStart(2, '0')}`, name, `My bike needs you, ${String(nth)}.`);
    ids.push(await house.conversationOf(name));
  }
  return ids;
}

const card = (page: Page, id: string) => page.locator(`[data-conversation-id="${id}"]`);

const cards = (page: Page) => page.locator('.card[data-conversation-id]');

test.use({ viewport: { width: 1500, height: 900 } });

test('a supervisor makes a label, one agent puts it on, and the other sees it, its line and the urgent mark at once', async ({ page, browser }) => {
  const [first] = await customers(2);
  const theirs = await colleague(browser, 'Ben Agent');
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/labels`);
  await expect(page.getByText('There is no label yet')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'New label' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'New label' }).click();
  await expect(dialog.getByText('A name is needed.')).toBeVisible();
  await dialog.getByLabel('Name').fill('Repair');
  await dialog.getByRole('radio', { name: 'Red' }).check();
  await accessible(page);
  await dialog.getByRole('button', { name: 'New label' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Repair' })).toBeVisible();

  // From the details.
  await theirs.goto(`${house.url}/inbox/${first ?? ''}?view=all`);
  await live(theirs);
  await page.goto(`${house.url}/inbox?view=all`);
  await live(page);
  await theirs.getByRole('button', { name: 'Labels' }).click();
  await theirs.getByRole('menuitemcheckbox', { name: 'Repair' }).click();
  await theirs.keyboard.press('Escape');
  await expect(card(page, first ?? '')).toContainText('Repair');
  await expect(theirs.getByText('labelled this Repair')).toBeVisible();
  await theirs.getByLabel('Priority').selectOption('urgent');
  await expect(page.getByRole('option', { name: /Customer A.*Priority Urgent.*Labels Repair/ })).toBeVisible();
  await expect(theirs.getByText('set the priority to Urgent')).toBeVisible();
  await accessible(theirs);

  // From the card, by key.
  await card(page, first ?? '').focus();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitemcheckbox', { name: 'Urgent' })).toHaveAttribute('aria-checked', 'true');
  await page.getByRole('menuitemcheckbox', { name: 'Repair' }).click();
  await expect(card(theirs, first ?? '')).not.toContainText('Repair');
  await page.keyboard.press('Escape');
  await expect(card(page, first ?? '')).toBeFocused();
  await accessible(page);
});

test('a filter is built, kept and shared; what it holds and its count follow what the other agent does', async ({ page, browser }) => {
  const ids = await customers(3);
  const { id: label } = await house.call('POST', '/api/v1/labels', { name: 'Invoice', color: 'green' });
  await house.call('POST', `/api/v1/conversations/${ids[0] ?? ''}/labels`, { add: [label] });
  const theirs = await colleague(browser, 'Ben Agent');
  await signIn(page, house.url);
  await page.goto(`${house.url}/inbox?view=all`);
  await live(page);

  await page.getByRole('button', { name: 'Filter', exact: true }).first().click();
  await page.getByRole('menuitem', { name: 'Label' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Invoice' }).click();
  await page.keyboard.press('Escape');
  // Nothing moves under the pointer.
  await page.mouse.move(1_200, 500);
  await expect(page.getByRole('button', { name: 'Change: Label is Invoice' })).toBeVisible();
  await expect(cards(page)).toHaveCount(1);
  await expect(page.getByText('1 conversation', { exact: true })).toBeVisible();
  await accessible(page);

  // The other labels a second one: it is in the list, and counted.
  await house.call('POST', `/api/v1/conversations/${ids[1] ?? ''}/labels`, { add: [label] });
  await expect(cards(page)).toHaveCount(2);
  await expect(page.getByText('2 conversations', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Save view' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Open invoices');
  await dialog.getByRole('radio', { name: 'Everybody in the workspace' }).check();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/saved=view_/);
  await expect(page.getByRole('heading', { name: 'Open invoices' })).toBeVisible();
  const link = theirs.getByRole('complementary', { name: 'Views' }).getByRole('link', { name: /^Open invoices/ });
  await expect(link).toContainText('2');
  await link.click();
  await theirs.mouse.move(1_200, 500);
  await expect(cards(theirs)).toHaveCount(2);

  // Resolved by the one it leaves both lists, as the view is of open ones.
  await card(theirs, ids[0] ?? '').click();
  await theirs.keyboard.press('Alt+E');
  await theirs.mouse.move(1_200, 500);
  await expect(cards(page)).toHaveCount(1);
  await expect(link).toContainText('1');
  // Who may not change the view can keep one of their own.
  await theirs.getByRole('button', { name: 'Take off: Status is Open' }).click();
  await theirs.mouse.move(1_200, 500);
  await expect(cards(theirs)).toHaveCount(2);
  await expect(theirs.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
  await expect(theirs.getByRole('button', { name: 'Save view' })).toBeVisible();
  await accessible(theirs);

  // Its address leads there, and deleted it is gone for both.
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Open invoices' })).toBeVisible();
  await page.getByRole('button', { name: 'More for this view' }).click();
  await page.getByRole('menuitem', { name: 'Delete view' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete view' }).click();
  await expect(link).toHaveCount(0);
  await expect(theirs.getByRole('tab', { name: /^All/ })).toHaveAttribute('aria-selected', 'true');
});

test('everything that matches is changed at once, seen by the other, and taken back', async ({ page, browser }) => {
  const ids = await customers(4);
  const theirs = await colleague(browser, 'Ben Agent');
  await theirs.goto(`${house.url}/inbox?view=all`);
  await live(theirs);
  await signIn(page, house.url);
  await page.goto(`${house.url}/inbox?view=all`);
  await live(page);
  await expect(cards(page)).toHaveCount(4);

  await cards(page).last().focus();
  await page.keyboard.press('Shift+X');
  const bar = page.getByRole('toolbar', { name: 'Selected conversations' });
  await expect(bar).toContainText('1 selected');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(bar).toContainText('2 selected');
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);

  await page.getByRole('button', { name: /^Order/ }).click();
  await page.getByRole('menuitem', { name: 'Select several' }).click();
  await card(page, ids[1] ?? '').click();
  await expect(bar).toContainText('1 selected');
  await bar.getByRole('button', { name: 'Select all shown' }).click();
  await expect(bar).toContainText('4 selected');
  await bar.getByRole('button', { name: 'Status' }).click();
  await page.getByRole('menuitem', { name: 'Resolve' }).click();
  await page.mouse.move(1_200, 500);
  await expect(page.getByText('4 conversations changed.')).toBeVisible();
  await expect(cards(page)).toHaveCount(0);
  await expect(cards(theirs)).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('4 conversations are as they were.')).toBeVisible();
  await expect(cards(theirs)).toHaveCount(4);
  await accessible(page);
});
